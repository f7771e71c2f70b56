#pragma once

#include "core/net/ip.h"

#include <optional>
#include <span>

namespace notrack
{

/// The way of a query as its client sees it.
struct QueryTuple
{
    Address source;
    Port sourcePort;
    Address destination;
    Port destinationPort;
    Protocol protocol = Protocol::Udp;

    bool operator==(const QueryTuple&) const = default;
};

/// Whether conntrack has an entry that began so, in the network namespace of the calling thread and in its default zone. One question to
/// ctnetlink (net/netfilter/nf_conntrack_netlink.c); without conntrack in the kernel there is no entry, and nothing is loaded. Nothing where the
/// kernel does not say: without CAP_NET_ADMIN, or without nf_conntrack_netlink.
std::optional<bool> hasConntrackEntry(const QueryTuple& tuple);

/// Takes the entries that began so out of conntrack, where there are any and the kernel lets us; one question each to ctnetlink.
void forgetConntrackEntries(std::span<const QueryTuple> tuples);

} // namespace notrack
