#pragma once

#include "core/findings/saved_rules.h"

#include <optional>
#include <string>
#include <string_view>

namespace notrack
{

/// Whether a condition holds for all packets of a class, for none, or for what cannot be told.
enum class Certainty { No, Maybe, Yes };

/// What connection tracking says of a packet.
enum class Tracking { New, Established, Untracked };

/// Instead of an interface's name: packets have none at this hook. Rules find the empty name there (nft_meta.c, ip_tables.c), which no name of
/// theirs is like, and which "not this one" is true of.
constexpr std::string_view noInterface = "/";

/// Packets that are alike as far as a rule set may tell: every one of them fits all that is said here.
struct PacketClass
{
    Protocol protocol = Protocol::Udp;
    std::optional<Prefix> source; ///< they lie somewhere in it; empty: anywhere
    std::optional<Prefix> destination;
    std::optional<Port> sourcePort; ///< empty: some port that a client takes
    std::optional<Port> destinationPort;
    Tracking tracking = Tracking::New;
    std::string inInterface; ///< empty: not known; or noInterface
    std::string outInterface;
    std::optional<bool> sourceLocal; ///< an address of the node itself
    std::optional<bool> destinationLocal;
    std::optional<bool> redirected; ///< nat gave its connection another destination
    bool toService = false;         ///< its destination is a service that IPVS balances
    bool sourcePod = false;         ///< known to lie in the pod networks
    bool destinationPod = false;    ///< the same
    bool sourceHere = false;        ///< known to be a pod of this node
    bool destinationHere = false;   ///< the same
    bool sourceUnnamed = false;     ///< of its prefix, none of the addresses that rules name by themselves
    bool destinationUnnamed = false;

    bool operator==(const PacketClass&) const = default;
};

/// The packet mark as far as it is known: `value` holds where `known` has a one.
struct KnownMark
{
    std::uint32_t value = 0;
    std::uint32_t known = ~std::uint32_t{0};

    bool operator==(const KnownMark&) const = default;
};

/// "VALUE/MASK" or "VALUE", decimal or hexadecimal, as the mark match and target take it.
struct MarkAndMask
{
    std::uint32_t value = 0;
    std::uint32_t mask = ~std::uint32_t{0};
};

std::optional<MarkAndMask> readMark(std::string_view text);

/// Whether packets from or to these addresses have one in a network; empty: anywhere. `unnamed`: as in a class.
Certainty areIn(const Prefix& wanted, const std::optional<Prefix>& addresses, bool unnamed);
/// Whether a port is one of these; empty: some port that a client takes.
Certainty isIn(const PortRange& ports, const std::optional<Port>& port);

/// Whether all conditions of the rule hold. Conditions that are not understood are Maybe.
Certainty matches(const SavedRule& rule, const PacketClass& packet, const KnownMark& mark);

/// Those packets of the class that match the rule, as far as addresses and interfaces tell.
PacketClass narrowed(const SavedRule& rule, PacketClass packet);

} // namespace notrack
