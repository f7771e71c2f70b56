#include "core/findings/finding_checks.h"
#include "core/findings/packet_path.h"

#include <algorithm>
#include <array>

namespace notrack
{

namespace
{

/// What the nat table's POSTROUTING does to a packet that met PREROUTING as `arriving`.
Journey leave(const SavedChains& table, const PacketClass& arriving, const PacketClass& leaving)
{
    const Journey arrived = follow(table, "PREROUTING", arriving);
    return follow(table, "POSTROUTING", leaving, {}, arrived.may(Fate::Translated) ? KnownMark{} : arrived.mark);
}

/// What follows an option in a saved line, up to the next space.
std::string_view valueAfter(std::string_view line, std::string_view option)
{
    const std::size_t at = line.find(option);
    return at == std::string_view::npos ? std::string_view()
                                        : line.substr(at + option.size(), line.find(' ', at + option.size()) - at - option.size());
}

/// A rule for packets that a pod sends to itself through the service: kube-proxy's KUBE-LOOP-BACK, or the same address twice (kube-router).
bool isHairpin(std::string_view line)
{
    const std::string_view source = valueAfter(line, " -s ");
    const bool toItself = source.ends_with("/32") || source.ends_with("/128");
    return line.find("LOOP-BACK") != std::string_view::npos || (toItself && source == valueAfter(line, " -d "));
}

/// A rule that singles out what IPVS balances: somebody needs it.
bool isForBalanced(std::string_view line)
{
    return line.find(" -m ipvs ") != std::string_view::npos;
}

void quoteLostSnat(const Circumstances& node, const SavedChains& table, const VirtualService& service, const PodSide& client,
                   Finding& finding)
{
    PacketClass arriving = queryTo(node, service.address, service.port, service.protocol);
    arriving.source = client.prefix;
    arriving.sourceLocal = false;
    arriving.inInterface = client.interface;
    arriving.toService = true;
    arriving.sourcePod = node.isPods(client.prefix);
    for (const RealServer& server : service.realServers) {
        PacketClass leaving = arriving;
        leaving.destination = Prefix(server.address);
        leaving.destinationPort = server.port;
        leaving.inInterface.clear();
        leaving.outInterface = node.interfaceTo(server.address);
        leaving.toService = false;
        leaving.destinationLocal = node.isLocal(server.address);
        leaving.destinationPod = node.isPod(server.address);
        const Journey left = leave(table, arriving, leaving);
        const bool certain = left.always(Fate::Translated);
        for (const Ending& ending : left.endings) {
            if (ending.fate == Fate::Translated && !isHairpin(ending.line) && (certain || isForBalanced(ending.line)))
                addOnce(finding.evidence, quoteRule(table, ending.line));
        }
    }
}

/// Answers whose queries went untracked while no rule names them: new connections, which POSTROUTING sees come from the service.
std::vector<PassedHook> wayOfAnswer(const Circumstances& node, const VirtualService& service, const RealServer& server,
                                    const PodSide& client)
{
    const bool here = node.isLocal(server.address);
    PacketClass answer;
    answer.protocol = service.protocol;
    answer.source = Prefix(server.address);
    answer.sourcePort = server.port;
    answer.sourceLocal = here;
    answer.inInterface = here ? "" : node.interfaceTo(server.address);
    answer.destination = client.prefix;
    answer.destinationLocal = false;
    answer.sourcePod = node.isPod(server.address);
    answer.destinationPod = node.isPods(client.prefix);
    answer.outInterface = client.interface;
    std::vector<PassedHook> way;
    if (here)
        way = {{"OUTPUT", answer}};
    else
        way = {{"PREROUTING", answer}, {"FORWARD", answer}};
    answer.source = Prefix(service.address);
    answer.sourcePort = service.port;
    answer.sourceLocal = node.isLocal(service.address);
    answer.sourcePod = false;
    answer.inInterface.clear();
    way.push_back({"POSTROUTING", answer});
    return way;
}

/// The rule before the masquerade that lets answers of a service keep its address.
std::string leaveAlone(const Circumstances& node, const SavedChains& table, const VirtualService& service)
{
    const std::string protocol(toText(service.protocol));
    const std::string port = std::to_string(service.port.value);
    if (table.table.starts_with("table "))
        return std::string("put `") + (table.family == Family::Ipv4 ? "ip" : "ip6") + " saddr " + toText(service.address) + " " + protocol +
               " sport " + port + " return` first where `nft list " + table.table + "` masquerades";
    return node.commandFor(table) + " -t nat -I POSTROUTING -p " + protocol + " -s " + toText(service.address) + " --sport " + port +
           " -j RETURN";
}

void quoteMasqueradedAnswer(const Circumstances& node, const VirtualService& service, const RealServer& server, const PodSide& client,
                            Finding& finding)
{
    for (const Station& station : followWay(node.tables(), client.prefix.family(), wayOfAnswer(node, service, server, client))) {
        if (station.table->role != "nat" || station.chain != "POSTROUTING" || !station.journey.may(Fate::Translated))
            continue;
        std::vector<std::string> rules;
        for (const Ending& ending : station.journey.endings)
            if (ending.fate == Fate::Translated && !isHairpin(ending.line))
                addOnce(rules, quoteRule(*station.table, ending.line));
        if (rules.empty())
            continue;
        if (station.journey.always(Fate::Translated))
            finding.severity = Severity::Fatal;
        for (std::string& rule : rules)
            addOnce(finding.evidence, std::move(rule));
        addOnce(finding.evidence, quoteRealServer(service, server));
        addOnce(finding.advice, leaveAlone(node, *station.table, service));
    }
}

/// Networks that no cluster shares with the Internet (IANA's special-purpose registries).
bool isPrivate(const Prefix& prefix)
{
    constexpr std::array networks{"10.0.0.0/8",   "172.16.0.0/12",   "192.168.0.0/16", "100.64.0.0/10", "198.18.0.0/15",
                                  "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "fc00::/7",      "2001:db8::/32"};
    return std::any_of(networks.begin(), networks.end(), [&](const char* text) {
        const Result<Prefix> network = readPrefix(text);
        return network && network->contains(prefix.address()) && network->length() <= prefix.length();
    });
}

/// Rules that masquerade pods' queries to addresses of one of the profile's own networks, on their way out of the cluster.
void quoteForeign(const Circumstances& node, const Prefix& pods, Finding& finding)
{
    for (const Protocol protocol : node.profile().protocols) {
        PacketClass query;
        query.protocol = protocol;
        query.source = node.localPods(pods.family()).front().prefix;
        query.destination = pods;
        query.destinationPort = node.profile().ports.front();
        query.sourceLocal = false;
        query.destinationLocal = false;
        for (const Station& station : followWay(node.tables(), pods.family(), {{"POSTROUTING", query}})) {
            for (const Ending& ending : station.journey.endings)
                if (ending.fate == Fate::Translated && !isHairpin(ending.line)) {
                    addOnce(finding.evidence, "podCIDRs: " + toText(pods));
                    addOnce(finding.evidence, quoteRule(*station.table, ending.line));
                }
        }
    }
}

} // namespace

std::optional<Finding> checkMasqueradedAnswer(const Circumstances& node)
{
    if (!node.balancedIsTracked())
        return std::nullopt; // nat never sees what IPVS has translated back
    Finding finding{.severity = Severity::Warning};
    for (const VirtualService* service : node.virtualServices())
        for (const RealServer& server : service->realServers)
            for (const PodSide& client : node.localPods(service->address.family()))
                if (!node.isNamed(server) && answersPassHere(server))
                    quoteMasqueradedAnswer(node, *service, server, client, finding);
    if (finding.evidence.empty())
        return std::nullopt;
    finding.summary = "Answers that the profile does not name are new connections when their queries go untracked, and are masqueraded "
                      "on their way to pods, which then do not know them.";
    return finding;
}

std::optional<Finding> checkForeignNetworks(const Circumstances& node)
{
    Finding finding{.severity = Severity::Warning};
    for (const Prefix& pods : node.profile().podCidrs)
        if (!isPrivate(pods))
            quoteForeign(node, pods, finding);
    if (finding.evidence.empty())
        return std::nullopt;
    finding.summary = "`podCIDRs` holds addresses outside the cluster: pods' queries to them are masqueraded here, and untracked ones "
                      "would get no answer.";
    finding.advice.emplace_back("name the pods' own networks only (kube-controller-manager's --cluster-cidr, or the CNI's pools)");
    return finding;
}

std::optional<Finding> checkLostSnat(const Circumstances& node)
{
    if (!node.balancedIsTracked())
        return std::nullopt; // nat never sees them, with or without the rules
    Finding finding{.severity = Severity::Warning};
    for (const SavedChains& table : node.tables()) {
        if (table.role != "nat")
            continue;
        for (const VirtualService* service : node.virtualServices()) {
            if (service->address.family() != table.family)
                continue;
            for (const PodSide& client : node.localPods(table.family))
                quoteLostSnat(node, table, *service, client, finding);
        }
    }
    if (finding.evidence.empty())
        return std::nullopt;
    finding.summary =
        "Balanced queries of pods are masqueraded here, and untracked ones are not: servers that answer only to the node's address, or "
        "past it, are lost.";
    finding.advice = {"make sure that the DNS pods answer the pods' own addresses, by way of this node, or leave this node out"};
    return finding;
}

} // namespace notrack
