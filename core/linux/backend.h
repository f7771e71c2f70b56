#pragma once

#include "core/profile/profile.h"
#include "core/run/table_store.h"

#include <memory>
#include <string>

namespace notrack
{

/// The kernel interface that holds a node's rules, and the other one, from which they have to go.
struct ChosenBackend
{
    std::unique_ptr<TableStore> store;
    std::unique_ptr<TableStore> other;
    std::string reason; ///< why this one, in one sentence without a period
};

/// What is asked for; for Auto, what the node uses as kube-proxy's and the kubelet's hint chains tell (nftables first), else
/// iptables where the legacy raw table can be had, else nftables. Nothing is loaded or made by looking. NoBackend when the
/// library of the one that is chosen is not installed, NotPermitted without CAP_NET_ADMIN.
Result<ChosenBackend> chooseBackend(BackendChoice choice, const std::string& chainPrefix);

} // namespace notrack
