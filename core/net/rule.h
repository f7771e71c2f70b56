#pragma once

#include "core/net/ip.h"

#include <compare>
#include <optional>
#include <string>

namespace notrack
{

/// Which address of a packet must not be one of the node's own (`-m addrtype ! --src-type LOCAL` and `! --dst-type LOCAL`).
enum class NotLocal { None, Source, Destination };

/// A rule of the one form that this program writes: DNS packets that match go untracked. An absent part matches anything.
struct NotrackRule
{
    Protocol protocol = Protocol::Udp;
    std::optional<Prefix> source;
    std::optional<Prefix> destination;
    std::optional<Port> sourcePort;
    std::optional<Port> destinationPort;
    NotLocal notLocal = NotLocal::None;

    auto operator<=>(const NotrackRule&) const = default;
};

/// Matches and target in iptables-save syntax, without "-A CHAIN".
std::string toText(const NotrackRule& rule);

} // namespace notrack
