#pragma once

#include "core/net/ip.h"

#include <compare>
#include <optional>
#include <string>

namespace notrack
{

/// Which address of a packet must not be one of the node's own (`-m addrtype ! --src-type LOCAL` and `! --dst-type LOCAL`).
enum class NotLocal { None, Source, Destination };

/// What a rule does with the packets that match.
enum class RuleTarget {
    Notrack, ///< they go untracked
    Return,  ///< they leave the chain and stay tracked: the exception that a trial makes
};

/// A rule of the one form that this program writes. An absent part matches anything.
struct NotrackRule
{
    Protocol protocol = Protocol::Udp;
    std::optional<Prefix> source;
    std::optional<Prefix> destination;
    std::optional<PortRange> sourcePort;
    std::optional<PortRange> destinationPort;
    NotLocal notLocal = NotLocal::None;
    RuleTarget target = RuleTarget::Notrack;

    auto operator<=>(const NotrackRule&) const = default;
};

/// Matches and target in iptables-save syntax, without "-A CHAIN".
std::string toText(const NotrackRule& rule);

} // namespace notrack
