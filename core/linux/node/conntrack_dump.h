#pragma once

#include "core/base/error.h"
#include "core/net/flow.h"

#include <cstddef>
#include <functional>
#include <optional>
#include <span>

namespace notrack
{

/// Gives every entry of this network namespace's conntrack table, of both families, while the kernel lists it: nothing is kept. None without
/// conntrack in the kernel; NotPermitted without CAP_NET_ADMIN. Costs about 2 µs of CPU an entry, so it is for a person's look.
Result<void> forEachFlow(const std::function<void(const Flow&)>& take);

/// One entry as ctnetlink lists it (net/netfilter/nf_conntrack_netlink.c, ctnetlink_fill_info), from its attributes; nothing where they are
/// something else.
std::optional<Flow> readFlow(std::span<const std::byte> attributes);

} // namespace notrack
