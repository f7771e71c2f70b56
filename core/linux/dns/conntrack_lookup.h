#pragma once

#include "core/linux/system/netlink.h"
#include "core/net/ip.h"

#include <cstdint>
#include <optional>

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

/// Questions to ctnetlink (net/netfilter/nf_conntrack_netlink.c) about single entries of the default zone, in the network namespace of whoever
/// calls open() or has() first. Without conntrack in the kernel there is no entry, and nothing is loaded.
class ConntrackLookup
{
public:
    /// Gives whether questions can be asked.
    bool open();

    /// Whether there is an entry that began so: one message and its answer. Nothing where the kernel does not say: without CAP_NET_ADMIN, or
    /// without nf_conntrack_netlink.
    std::optional<bool> has(const QueryTuple& tuple);

    /// Takes the entry that began so out of conntrack, where there is one and the kernel lets us. Does nothing before open().
    void forget(const QueryTuple& tuple);

private:
    /// One message about the entry of a tuple; the kernel's error, or nothing where it was not asked.
    std::optional<int> ask(std::uint8_t message, const QueryTuple& tuple, const netlink::Visitor& visit);

    std::optional<netlink::Socket> m_socket;
};

} // namespace notrack
