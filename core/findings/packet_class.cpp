#include "core/findings/packet_class.h"

#include "core/base/number_text.h"
#include "core/findings/ip_set_contents.h"
#include "core/findings/known_sets.h"

#include <algorithm>
#include <array>

namespace notrack
{

namespace
{

// What Linux gives to clients unless told otherwise (net.ipv4.ip_local_port_range). Rules that single out a few ports beyond,
// as Calico does with VXLAN's, are no rules about DNS clients.
constexpr PortRange clientPorts{Port{32768}, Port{60999}};
constexpr std::uint16_t lastPort = 65535;

Certainty certain(bool holds)
{
    return holds ? Certainty::Yes : Certainty::No;
}

Certainty opposite(Certainty certainty)
{
    if (certainty == Certainty::Maybe)
        return Certainty::Maybe;
    return certain(certainty == Certainty::No);
}

std::vector<std::string_view> splitList(std::string_view text)
{
    std::vector<std::string_view> items;
    while (true) {
        const std::size_t comma = text.find(',');
        items.push_back(text.substr(0, comma));
        if (comma == std::string_view::npos)
            return items;
        text.remove_prefix(comma + 1);
    }
}

std::string_view valueOf(const Condition& condition)
{
    return condition.values.empty() ? std::string_view() : std::string_view(condition.values.front());
}

Certainty addressMatches(const Condition& condition, const std::optional<Prefix>& addresses, bool unnamed)
{
    if (!condition.prefix)
        return Certainty::Maybe;
    return areIn(*condition.prefix, addresses, unnamed);
}

Certainty protocolMatches(const Condition& condition, const PacketClass& packet)
{
    const std::string_view wanted = valueOf(condition);
    const std::string_view number = packet.protocol == Protocol::Udp ? "17" : "6";
    return certain(wanted == toText(packet.protocol) || wanted == number || wanted == "all" || wanted == "0");
}

Certainty interfaceMatches(const Condition& condition, const std::string& interface)
{
    std::string_view wanted = valueOf(condition);
    if (wanted == "+")
        return Certainty::Yes;
    if (interface.empty())
        return Certainty::Maybe;
    if (!wanted.ends_with('+'))
        return certain(wanted == interface);
    wanted.remove_suffix(1);
    return certain(std::string_view(interface).starts_with(wanted));
}

/// One port or range of a list against one port, or against whatever a client may take.
Certainty portInRange(std::string_view range, const std::optional<Port>& port)
{
    const std::size_t colon = range.find(':');
    const std::string_view lowText = range.substr(0, colon);
    const std::string_view highText = colon == std::string_view::npos ? lowText : range.substr(colon + 1);
    const std::optional<std::uint16_t> low = lowText.empty() ? 0 : readNumber<std::uint16_t>(lowText);
    const std::optional<std::uint16_t> high = highText.empty() ? lastPort : readNumber<std::uint16_t>(highText);
    if (!low || !high)
        return Certainty::Maybe; // a service name
    return isIn({Port{*low}, Port{*high}}, port);
}

Certainty portsMatch(const Condition& condition, const std::optional<Port>& port)
{
    Certainty best = Certainty::No;
    for (const std::string_view range : splitList(valueOf(condition)))
        best = std::max(best, portInRange(range, port));
    return best;
}

Certainty stateMatches(const Condition& condition, const PacketClass& packet)
{
    const std::vector<std::string_view> states = splitList(valueOf(condition));
    const auto has = [&](std::string_view state) { return std::find(states.begin(), states.end(), state) != states.end(); };
    switch (packet.tracking) {
    case Tracking::Untracked:
        return certain(has("UNTRACKED"));
    case Tracking::Established:
        if (has("ESTABLISHED"))
            return Certainty::Yes;
        break;
    case Tracking::New:
        if (has("NEW"))
            return Certainty::Yes;
        break;
    }
    return has("SNAT") || (has("DNAT") && packet.redirected != false) ? Certainty::Maybe : Certainty::No;
}

/// Elements of a set are alternatives.
Certainty anyHolds(const Alternatives& alternatives, const PacketClass& packet, const KnownMark& mark)
{
    Certainty best = Certainty::No;
    for (const std::uint32_t at : alternatives.index.candidates(packet)) {
        best = std::max(best, matches(alternatives.elements.at(at), packet, mark));
        if (best == Certainty::Yes)
            break;
    }
    return best;
}

/// Matches that ask a packet's connection and nothing else. Without one they never hold (xt_connbytes.c, xt_connmark.c, xt_cluster.c), or as if nothing
/// were found (xt_helper.c, xt_connlabel.c).
Certainty withoutConnection(const Condition& condition)
{
    const bool finds = condition.match == "helper" || condition.match == "connlabel";
    return certain(finds && condition.negated);
}

bool asksConnection(std::string_view match)
{
    constexpr std::array<std::string_view, 5> known{"connmark", "connbytes", "cluster", "helper", "connlabel"};
    return std::find(known.begin(), known.end(), match) != known.end();
}

/// Without an entry, xt_conntrack holds where its state does, whatever else it asks for, and without a state never (xt_conntrack.c,
/// conntrack_mt). `stateAsked`: the same match of the rule has a state.
Certainty connectionMatches(const Condition& condition, const PacketClass& packet, bool stateAsked)
{
    if (condition.option == "--ctstate" || condition.option == "--state") {
        const Certainty holds = stateMatches(condition, packet);
        return condition.negated ? opposite(holds) : holds;
    }
    if (condition.option == "--redirected" && packet.tracking != Tracking::Untracked && packet.redirected == false)
        return certain(condition.negated);
    if (packet.tracking != Tracking::Untracked)
        return Certainty::Maybe;
    if (condition.match == "conntrack")
        return certain(stateAsked);
    return withoutConnection(condition);
}

Certainty markMatches(const Condition& condition, const KnownMark& mark)
{
    const std::optional<MarkAndMask> wanted = readMark(valueOf(condition));
    if (!wanted)
        return Certainty::Maybe;
    const std::uint32_t comparable = wanted->mask & mark.known;
    if ((mark.value & comparable) != (wanted->value & comparable))
        return Certainty::No;
    return comparable == wanted->mask ? Certainty::Yes : Certainty::Maybe;
}

Certainty addressTypeMatches(const Condition& condition, const std::optional<bool>& local)
{
    const std::vector<std::string_view> types = splitList(valueOf(condition));
    const bool wantsLocal = std::find(types.begin(), types.end(), "LOCAL") != types.end();
    const bool wantsUnicast = std::find(types.begin(), types.end(), "UNICAST") != types.end();
    if (!local)
        return wantsLocal || wantsUnicast ? Certainty::Maybe : Certainty::No;
    return certain(*local ? wantsLocal : wantsUnicast);
}

Certainty setMatches(const Condition& condition, const PacketClass& packet)
{
    if (condition.values.size() < 2)
        return Certainty::Maybe;
    return condition.ipSet ? condition.ipSet->holds(condition.values[1], packet)
                           : isInKnownSet(condition.values[0], condition.values[1], packet);
}

/// Weave Net's bridge port towards other nodes: no pod of this node is behind it.
Certainty uplinkMatches(const Condition& condition, bool podHere)
{
    return podHere && valueOf(condition) == "vethwe-bridge" ? Certainty::No : Certainty::Maybe;
}

/// What comes in by one link and goes out by another is routed, and not bridged.
Certainty bridgedMatches(const PacketClass& packet)
{
    const bool routed = !packet.inInterface.empty() && !packet.outInterface.empty() && packet.inInterface != packet.outInterface;
    return routed ? Certainty::No : Certainty::Maybe;
}

/// A packet that others sent has no socket, and no owner (xt_owner.c); neither has what IPVS sends on.
Certainty ownerMatches(const PacketClass& packet)
{
    return packet.sourceLocal == false ? Certainty::No : Certainty::Maybe;
}

using Matcher = Certainty (*)(const Condition&, const PacketClass&, const KnownMark&);

struct KnownOption
{
    std::string_view match; ///< empty: whatever extension it came with
    std::string_view option;
    Matcher matcher;
};

constexpr auto matchSource = [](const Condition& c, const PacketClass& p, const KnownMark&) {
    return addressMatches(c, p.source, p.sourceUnnamed);
};
constexpr auto matchDestination = [](const Condition& c, const PacketClass& p, const KnownMark&) {
    return addressMatches(c, p.destination, p.destinationUnnamed);
};
constexpr auto matchProtocol = [](const Condition& c, const PacketClass& p, const KnownMark&) { return protocolMatches(c, p); };
/// No packet of another machine or a pod comes in by lo, and none that leaves for one goes out by it.
constexpr auto matchIn = [](const Condition& c, const PacketClass& p, const KnownMark&) {
    return valueOf(c) == "lo" && p.sourceLocal == false ? Certainty::No : interfaceMatches(c, p.inInterface);
};
constexpr auto matchOut = [](const Condition& c, const PacketClass& p, const KnownMark&) {
    return valueOf(c) == "lo" && p.destinationLocal == false ? Certainty::No : interfaceMatches(c, p.outInterface);
};
constexpr auto matchSourcePort = [](const Condition& c, const PacketClass& p, const KnownMark&) { return portsMatch(c, p.sourcePort); };
constexpr auto matchDestinationPort = [](const Condition& c, const PacketClass& p, const KnownMark&) {
    return portsMatch(c, p.destinationPort);
};
constexpr auto matchEitherPort = [](const Condition& c, const PacketClass& p, const KnownMark&) {
    return std::max(portsMatch(c, p.sourcePort), portsMatch(c, p.destinationPort));
};
constexpr auto matchMark = [](const Condition& c, const PacketClass&, const KnownMark& m) { return markMatches(c, m); };
constexpr auto matchSourceType = [](const Condition& c, const PacketClass& p, const KnownMark&) {
    return addressTypeMatches(c, p.sourceLocal);
};
constexpr auto matchDestinationType = [](const Condition& c, const PacketClass& p, const KnownMark&) {
    return addressTypeMatches(c, p.destinationLocal);
};
constexpr auto matchSet = [](const Condition& c, const PacketClass& p, const KnownMark&) { return setMatches(c, p); };
constexpr auto matchPortIn = [](const Condition& c, const PacketClass& p, const KnownMark&) { return uplinkMatches(c, p.sourceHere); };
constexpr auto matchPortOut = [](const Condition& c, const PacketClass& p, const KnownMark&) {
    return uplinkMatches(c, p.destinationHere);
};
constexpr auto matchBridged = [](const Condition&, const PacketClass& p, const KnownMark&) { return bridgedMatches(p); };
constexpr auto matchOwner = [](const Condition&, const PacketClass& p, const KnownMark&) { return ownerMatches(p); };
constexpr auto never = [](const Condition&, const PacketClass&, const KnownMark&) { return Certainty::No; };

constexpr std::array knownOptions{
    KnownOption{"", "-s", matchSource},
    KnownOption{"", "-d", matchDestination},
    KnownOption{"", "-p", matchProtocol},
    KnownOption{"", "-i", matchIn},
    KnownOption{"", "-o", matchOut},
    KnownOption{"", "-f", never},
    KnownOption{"", "--sport", matchSourcePort},
    KnownOption{"", "--dport", matchDestinationPort},
    KnownOption{"multiport", "--sports", matchSourcePort},
    KnownOption{"multiport", "--dports", matchDestinationPort},
    KnownOption{"multiport", "--ports", matchEitherPort},
    KnownOption{"mark", "--mark", matchMark},
    KnownOption{"addrtype", "--src-type", matchSourceType},
    KnownOption{"addrtype", "--dst-type", matchDestinationType},
    KnownOption{"set", "--match-set", matchSet},
    KnownOption{"nft", "--never", never},
    KnownOption{"physdev", "--physdev-is-bridged", matchBridged},
    KnownOption{"owner", "--uid-owner", matchOwner},
    KnownOption{"owner", "--gid-owner", matchOwner},
    KnownOption{"owner", "--socket-exists", matchOwner},
    KnownOption{"physdev", "--physdev-in", matchPortIn},
    KnownOption{"physdev", "--physdev-out", matchPortOut},
};

Certainty conditionHolds(const Condition& condition, const PacketClass& packet, const KnownMark& mark, bool stateAsked)
{
    const std::string_view match = condition.match; // whose comparisons look at lengths first
    if (match == "conntrack" || match == "state" || asksConnection(match))
        return connectionMatches(condition, packet, stateAsked);
    if (condition.anyOf) {
        const Certainty holds = anyHolds(*condition.anyOf, packet, mark);
        return condition.negated ? opposite(holds) : holds;
    }
    const auto* const known = std::find_if(knownOptions.begin(), knownOptions.end(), [&](const KnownOption& option) {
        return option.option == condition.option && (option.match.empty() || option.match == match);
    });
    if (known == knownOptions.end())
        return Certainty::Maybe;
    const Certainty holds = known->matcher(condition, packet, mark);
    return condition.negated ? opposite(holds) : holds;
}

std::optional<std::uint32_t> readMarkNumber(std::string_view text)
{
    const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
    if (hexadecimal)
        text.remove_prefix(2);
    return readNumber<std::uint32_t>(text, hexadecimal ? 16 : 10);
}

} // namespace

std::optional<MarkAndMask> readMark(std::string_view text)
{
    const std::size_t slash = text.find('/');
    const std::optional<std::uint32_t> value = readMarkNumber(text.substr(0, slash));
    if (!value)
        return std::nullopt;
    if (slash == std::string_view::npos)
        return MarkAndMask{*value};
    const std::optional<std::uint32_t> mask = readMarkNumber(text.substr(slash + 1));
    if (!mask)
        return std::nullopt;
    return MarkAndMask{*value, *mask};
}

Certainty areIn(const Prefix& wanted, const std::optional<Prefix>& addresses, bool unnamed)
{
    if (wanted.length() == 0)
        return Certainty::Yes;
    if (!addresses)
        return Certainty::Maybe;
    if (wanted.contains(addresses->address()) && wanted.length() <= addresses->length())
        return Certainty::Yes;
    if (unnamed && wanted.isOneAddress())
        return Certainty::No;
    return addresses->contains(wanted.address()) ? Certainty::Maybe : Certainty::No;
}

Certainty isIn(const PortRange& ports, const std::optional<Port>& port)
{
    if (port)
        return certain(ports.contains(*port));
    if (ports.first <= clientPorts.first && ports.last >= clientPorts.last)
        return Certainty::Yes;
    return ports.overlaps(clientPorts) ? Certainty::Maybe : Certainty::No;
}

PacketClass narrowed(const SavedRule& rule, PacketClass packet)
{
    const auto narrow = [](std::optional<Prefix>& addresses, const Prefix& wanted) {
        if (!addresses || addresses->contains(wanted.address()))
            addresses = wanted;
    };
    for (const Condition& condition : rule.conditions) {
        const std::string_view value = valueOf(condition);
        const bool exact = !condition.negated && !value.empty() && !value.ends_with('+');
        if (condition.option == "-s" && exact && condition.prefix)
            narrow(packet.source, *condition.prefix);
        if (condition.option == "-d" && exact && condition.prefix)
            narrow(packet.destination, *condition.prefix);
        if (condition.option == "-i" && exact && packet.inInterface.empty())
            packet.inInterface = value;
        if (condition.option == "-o" && exact && packet.outInterface.empty())
            packet.outInterface = value;
    }
    return packet;
}

Certainty matches(const SavedRule& rule, const PacketClass& packet, const KnownMark& mark)
{
    Certainty worst = Certainty::Yes;
    for (const Condition& condition : rule.conditions) {
        const bool stateAsked = std::string_view(condition.match) == "conntrack" &&
                                std::any_of(rule.conditions.begin(), rule.conditions.end(), [&](const Condition& one) {
                                    return one.instance == condition.instance && one.option == "--ctstate";
                                });
        worst = std::min(worst, conditionHolds(condition, packet, mark, stateAsked));
        if (worst == Certainty::No)
            return worst;
    }
    return worst;
}

} // namespace notrack
