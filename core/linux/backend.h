#pragma once

#include "core/profile/profile.h"
#include "core/run/table_store.h"

#include <memory>
#include <optional>
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

/// What a node shows of the backend that it uses. Everything but the first is left open where nothing else counts.
struct BackendHints
{
    std::string
        nftablesHint; ///< kube-proxy's or the kubelet's hint chain among iptables-nft's, as in "KUBE-IPTABLES-HINT in the ipv4 mangle table"
    std::string legacyHint; ///< the same among legacy iptables'
    bool legacyLibrary = false;
    bool legacyRawTable = false; ///< this network namespace has one
    bool legacyKernel = false;   ///< the kernel has legacy tables, be they empty
    bool legacyModule = false;   ///< modprobe would find iptable_raw
};

struct PreferredBackend
{
    Backend backend = Backend::Iptables;
    std::string reason; ///< one sentence without a period
};

/// Pure: which backend, and why.
PreferredBackend preferBackend(BackendChoice choice, const BackendHints& hints);

/// What is asked for; for Auto, what the node uses as kube-proxy's and the kubelet's hint chains tell (nftables first), else
/// iptables where the legacy raw table can be had, else nftables. Nothing is loaded or made by looking. NoBackend when the
/// library of the one that is chosen is not installed, NotPermitted without CAP_NET_ADMIN. `chainPrefix` is what is to be written
/// under; where that is nothing, a table of the same name that somebody else made is in nobody's way.
Result<ChosenBackend> chooseBackend(BackendChoice choice, const std::optional<std::string>& chainPrefix);

} // namespace notrack
