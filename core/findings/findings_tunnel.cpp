#include "core/findings/leg_judgement.h"

#include "core/net/chain_names.h"

#include <algorithm>
#include <functional>

namespace notrack
{

namespace
{

/// Calls `visit` with every tunnel and the networks of its peers, family by family.
void forEachTunnel(const Circumstances& node,
                   const std::function<void(const Tunnel& tunnel, Family family, const std::vector<Prefix>& peers)>& visit)
{
    for (const Tunnel& tunnel : node.profile().tunnels) {
        for (const Family family : allFamilies) {
            std::vector<Prefix> peers;
            std::copy_if(tunnel.peers.begin(), tunnel.peers.end(), std::back_inserter(peers),
                         [=](const Prefix& network) { return network.family() == family; });
            if (!peers.empty())
                visit(tunnel, family, peers);
        }
    }
}

/// This node's own addresses in those networks; a network itself where none is known.
std::vector<Prefix> ownAmong(const Circumstances& node, const std::vector<Prefix>& peers)
{
    std::vector<Prefix> own;
    for (const Prefix& local : node.facts().localPrefixes) {
        const bool among =
            std::any_of(peers.begin(), peers.end(), [&](const Prefix& network) { return network.contains(local.address()); });
        if (local.isOneAddress() && among)
            own.push_back(local);
    }
    return own.empty() ? peers : own;
}

/// An outer packet: it is answered from other ports, so that to conntrack every one is new.
PacketClass outerPacket(const Tunnel& tunnel, const Prefix& from, const Prefix& to)
{
    PacketClass packet;
    packet.source = from;
    packet.destination = to;
    packet.destinationPort = tunnel.port;
    packet.sourceLocal = false;
    packet.destinationLocal = false;
    return packet;
}

/// What other nodes send to each other by way of this one.
std::vector<PassedHook> wayOfOthers(const Circumstances& node, const Tunnel& tunnel, const Prefix& from, const Prefix& to)
{
    PacketClass packet = outerPacket(tunnel, from, to);
    packet.inInterface = node.interfaceTo(from.address());
    packet.outInterface = node.interfaceTo(to.address());
    return wayThrough({"PREROUTING", "FORWARD", "POSTROUTING"}, packet);
}

std::string remedyFor(const Tunnel& tunnel, const Prefix& from, const Prefix& to)
{
    return "-p udp -s " + toText(from) + " -d " + toText(to) + " --dport " + std::to_string(tunnel.port.value);
}

std::vector<Leg> legsOfTunnel(const Circumstances& node, const Tunnel& tunnel, const std::vector<Prefix>& peers)
{
    std::vector<Leg> legs;
    const auto add = [&](std::vector<PassedHook> way, const Prefix& from, const Prefix& to) {
        legs.push_back({.way = std::move(way), .remedy = remedyFor(tunnel, from, to), .what = "packets of the tunnel"});
    };
    for (const Prefix& other : peers) {
        for (const Prefix& own : ownAmong(node, peers)) {
            PacketClass sent = outerPacket(tunnel, own, other);
            sent.sourceLocal = true;
            sent.outInterface = node.interfaceTo(other.address());
            add(wayThrough({"OUTPUT", "POSTROUTING"}, sent), peers.front().contains(own.address()) ? peers.front() : own, other);
            PacketClass received = outerPacket(tunnel, other, own);
            received.destinationLocal = true;
            received.inInterface = node.interfaceTo(other.address());
            add(wayThrough({"PREROUTING", "INPUT"}, received), other, peers.front().contains(own.address()) ? peers.front() : own);
        }
        for (const Prefix& from : peers)
            add(wayOfOthers(node, tunnel, from, other), from, other);
    }
    return legs;
}

std::string quoteTunnel(const Tunnel& tunnel)
{
    return "tunnels: port " + std::to_string(tunnel.port.value);
}

void quoteTranslation(const Circumstances& node, Family family, const std::vector<PassedHook>& way, Finding& finding)
{
    for (const Station& station : followWay(node.tables(), family, way)) {
        if (station.table->role != "nat" || !station.journey.may(Fate::Translated))
            continue;
        if (station.journey.always(Fate::Translated))
            finding.severity = Severity::Fatal;
        for (const Ending& ending : station.journey.endings)
            if (ending.fate == Fate::Translated)
                addOnce(finding.evidence, quoteRule(*station.table, ending.line));
    }
}

} // namespace

std::optional<Finding> checkStatefulTunnel(const Circumstances& node)
{
    Finding finding{.severity = Severity::Warning};
    forEachTunnel(node, [&](const Tunnel& tunnel, Family family, const std::vector<Prefix>& peers) {
        for (const Leg& leg : legsOfTunnel(node, tunnel, peers))
            judgeLeg(node, family, leg, finding);
    });
    if (finding.evidence.empty())
        return std::nullopt;
    finding.summary = finding.severity == Severity::Fatal
                          ? "The packet filter lets the tunnel's packets through by connection state and drops them untracked: pods "
                            "would lose those of other nodes."
                          : "The packet filter knows the tunnel's packets by connection state in places, and may drop them untracked.";
    return finding;
}

std::optional<Finding> checkTranslatedTunnel(const Circumstances& node)
{
    Finding finding{.severity = Severity::Warning};
    forEachTunnel(node, [&](const Tunnel& tunnel, Family family, const std::vector<Prefix>& peers) {
        for (const Prefix& from : peers) {
            for (const Prefix& to : peers)
                quoteTranslation(node, family, wayOfOthers(node, tunnel, from, to), finding);
        }
    });
    if (finding.evidence.empty())
        return std::nullopt;
    finding.summary = "This node translates tunnel packets that other nodes send through it, and untracked ones meet no NAT: what comes "
                      "back to those nodes would be lost.";
    finding.advice.emplace_back("leave this node out (`nodes:` with `tunnels: []`), or waive translated-tunnel where no tunnel of "
                                "other nodes leads through it");
    return finding;
}

std::optional<Finding> checkOtherTunnelNotrack(const Circumstances& node)
{
    Finding finding{.severity = Severity::Info};
    forEachTunnel(node, [&](const Tunnel& tunnel, Family family, const std::vector<Prefix>& peers) {
        for (const SavedChains& table : node.tables()) {
            if (table.role != "raw" || table.family != family)
                continue;
            for (const Hook hook : allHooks) {
                PacketClass packet = outerPacket(tunnel, peers.front(), peers.front());
                packet.sourceLocal = hook == Hook::Output;
                packet.destinationLocal = hook == Hook::Prerouting;
                for (const Ending& ending : follow(table, builtInChain(hook), packet, node.ownChains()).endings) {
                    if (ending.fate != Fate::Untracked)
                        continue;
                    addOnce(finding.evidence, quoteTunnel(tunnel));
                    addOnce(finding.evidence, quoteRule(table, ending.line));
                }
            }
        }
    });
    if (finding.evidence.empty())
        return std::nullopt;
    finding.summary = "Other rules make the tunnel's packets untracked already, as Calico's and Cilium's do: this program's bring nothing "
                      "there.";
    finding.advice.emplace_back("take that port out of `tunnels`");
    return finding;
}

} // namespace notrack
