#include "core/base/number_text.h"
#include "core/findings/finding_checks.h"
#include "core/findings/packet_path.h"

#include <algorithm>

namespace notrack
{

namespace
{

struct Translation
{
    std::optional<Address> address;
    std::optional<Port> port;
};

/// What --to-destination names: "10.244.1.3:53", "[fd00::3]:53", "10.244.1.3". Ranges give nothing.
Translation readDestination(std::string_view text)
{
    std::string_view host = text;
    std::string_view portText;
    if (text.starts_with('[')) {
        const std::size_t close = text.find(']');
        host = text.substr(1, close == std::string_view::npos ? close : close - 1);
        portText = close == std::string_view::npos || close + 2 > text.size() ? std::string_view() : text.substr(close + 2);
    } else if (std::count(text.begin(), text.end(), ':') == 1) {
        host = text.substr(0, text.find(':'));
        portText = text.substr(text.find(':') + 1);
    }
    Translation translation;
    if (const Result<Address> address = readAddress(host))
        translation.address = *address;
    if (const auto port = readNumber<std::uint16_t>(portText))
        translation.port = Port{*port};
    return translation;
}

/// The rule that first names the service, as proof of whose translation it is.
void quoteEntry(const SavedChains& table, const Address& service, std::vector<std::string>& evidence)
{
    for (const auto& [name, chain] : *table.chains)
        for (const SavedRule& rule : chain.rules)
            for (const Condition& condition : rule.conditions)
                if (condition.option == "-d" && !condition.negated && condition.prefix == Prefix(service) && table.find(rule.target)) {
                    addOnce(evidence, quoteRule(table, rule.line));
                    return;
                }
}

void judgeService(const Circumstances& node, const SavedChains& table, const Address& service, Finding& finding)
{
    for (const Protocol protocol : node.profile().protocols)
        for (const Port port : node.profile().ports)
            for (const PodSide& side : node.localPods(service.family())) {
                PacketClass query = queryTo(node, service, port, protocol);
                query.source = side.prefix;
                query.sourceLocal = false;
                query.inInterface = side.interface;
                const Journey journey = follow(table, "PREROUTING", query);
                // What nat never sees goes on to the service's address, where IPVS balances it all the same.
                if (!journey.may(Fate::Translated) || node.isBalanced(service, port, protocol))
                    continue;
                if (journey.always(Fate::Translated))
                    finding.severity = Severity::Fatal;
                quoteEntry(table, service, finding.evidence);
                for (const Ending& ending : journey.endings)
                    if (ending.fate == Fate::Translated)
                        addOnce(finding.evidence, quoteRule(table, ending.line));
            }
}

bool ruleIsFor(const SavedRule& rule, Protocol protocol)
{
    PacketClass any;
    any.protocol = protocol;
    for (const Condition& condition : rule.conditions)
        if (condition.option == "-p" && matches({.conditions = {condition}}, any, {}) == Certainty::No)
            return false;
    return true;
}

/// Rules for the service itself are those of `service-dnat`.
bool isForService(const Circumstances& node, const SavedRule& rule)
{
    const auto& services = node.profile().services;
    return std::any_of(rule.conditions.begin(), rule.conditions.end(), [&](const Condition& condition) {
        return condition.option == "-d" && !condition.negated && condition.prefix &&
               std::any_of(services.begin(), services.end(), [&](const Address& one) { return condition.prefix == Prefix(one); });
    });
}

bool leadsToDnsOfPod(const Circumstances& node, const SavedRule& rule)
{
    const auto& protocols = node.profile().protocols;
    const bool ours = std::any_of(protocols.begin(), protocols.end(), [&](Protocol one) { return ruleIsFor(rule, one); });
    if (rule.target != "DNAT" || !ours || isForService(node, rule))
        return false;
    for (const Condition& option : rule.targetOptions) {
        if (option.option != "--to-destination" || option.values.empty())
            continue;
        const Translation to = readDestination(option.values.front());
        if (!to.address || !node.isPod(*to.address))
            return false;
        if (to.port)
            return node.isDnsPort(*to.port);
        const auto& ports = node.profile().ports;
        return std::any_of(ports.begin(), ports.end(), [&](Port port) {
            PacketClass packet;
            packet.destinationPort = port;
            return matches(rule, packet, {}) != Certainty::No;
        });
    }
    return false;
}

/// What pods ask an address of this node that lies in their networks: it goes untracked.
std::vector<PacketClass> queriesToThisNode(const Circumstances& node, Family family)
{
    std::vector<PacketClass> queries;
    for (const Prefix& own : node.facts().localPrefixes) {
        if (own.family() != family || !node.isPods(own))
            continue;
        for (const Protocol protocol : node.profile().protocols)
            for (const Port port : node.profile().ports) {
                PacketClass query;
                query.protocol = protocol;
                query.destination = own;
                query.destinationPort = port;
                query.destinationLocal = true;
                query.sourceLocal = false;
                query.sourcePod = true;
                queries.push_back(query);
            }
    }
    return queries;
}

/// Translations of those, whoever they lead to: of Docker's published ports, for one.
void quoteTranslationsHere(const Circumstances& node, std::vector<std::string>& evidence)
{
    for (const SavedChains& table : node.tables()) {
        if (table.role != "nat")
            continue;
        for (const PacketClass& query : queriesToThisNode(node, table.family))
            for (const Ending& ending : follow(table, "PREROUTING", query).endings)
                if (ending.fate == Fate::Translated)
                    addOnce(evidence, quoteRule(table, ending.line));
    }
}

void quoteHostPorts(const Circumstances& node, std::vector<std::string>& evidence)
{
    for (const SavedChains& table : node.tables()) {
        if (table.role != "nat")
            continue;
        for (const auto& [name, chain] : *table.chains) {
            if (name.starts_with("KUBE-SEP-") || name.starts_with("KUBE-SVC-"))
                continue; // kube-proxy's own, which service-dnat judges
            for (const SavedRule& rule : chain.rules)
                if (leadsToDnsOfPod(node, rule))
                    addOnce(evidence, quoteRule(table, rule.line));
        }
    }
}

/// NodePort and LoadBalancer services of IPVS that lead to the same pods: scope any makes their replies untracked.
void quoteOtherServices(const Circumstances& node, std::vector<std::string>& evidence)
{
    const auto& services = node.profile().services;
    for (const VirtualService& service : node.facts().virtualServices) {
        const bool ours = std::find(services.begin(), services.end(), service.address) != services.end();
        if (ours || !node.isDnsProtocol(service.protocol))
            continue;
        for (const RealServer& server : service.realServers)
            if (node.isDnsPort(server.port) && node.isPod(server.address))
                addOnce(evidence, quoteRealServer(service, server));
    }
}

/// Rules that give a pod's query to a host port the node's address, so that the answer comes back through the node's NAT.
std::string masqueradeForwardedPorts(const Profile& profile)
{
    std::string commands;
    for (const Prefix& pods : profile.podCidrs) {
        for (const Protocol protocol : profile.protocols) {
            for (const Port port : profile.ports) {
                const std::string name(toText(protocol));
                commands += std::string(commands.empty() ? "" : "; ") + (pods.family() == Family::Ipv4 ? "iptables" : "ip6tables") +
                            " -t nat -I POSTROUTING -s " + toText(pods) + " -d " + toText(pods) + " -p " + name + " --dport " +
                            std::to_string(port.value) + " -m conntrack --ctstate DNAT -j MASQUERADE";
            }
        }
    }
    return commands;
}

/// A program of the node that listens at such a port answers all the same, as Docker's proxy does, which no rule tells.
std::optional<Finding> translatedHere(const Circumstances& node)
{
    Finding finding{.severity = Severity::Warning};
    quoteTranslationsHere(node, finding.evidence);
    if (finding.evidence.empty())
        return std::nullopt;
    finding.summary = "Pods that ask this node for DNS at an address in the pods' networks may get no answer: their queries are untracked, "
                      "and no rule of the nat table ever sees them.";
    finding.advice = {"let pods ask the service's address, or this node at an address outside the pods' networks"};
    return finding;
}

} // namespace

std::optional<Finding> checkServiceDnat(const Circumstances& node)
{
    Finding finding{.severity = Severity::Warning};
    for (const SavedChains& table : node.tables()) {
        if (table.role != "nat")
            continue;
        for (const Address& service : node.profile().services)
            if (service.family() == table.family)
                judgeService(node, table, service, finding);
    }
    if (finding.evidence.empty())
        return std::nullopt;
    finding.summary =
        finding.severity == Severity::Fatal
            ? "Rules of the nat table translate the service's address; they never see untracked packets, so every query would fail."
            : "Rules of the nat table may translate some queries to the service; they never see untracked packets.";
    finding.advice.emplace_back(
        "run kube-proxy with `mode: ipvs`; after a change of mode, `kube-proxy --cleanup` or a reboot removes the old rules");
    return finding;
}

std::optional<Finding> checkHostPort(const Circumstances& node)
{
    Finding finding{.severity = Severity::Fatal};
    quoteHostPorts(node, finding.evidence);
    const bool hostPorts = !finding.evidence.empty();
    if (node.profile().scope == Scope::Any)
        quoteOtherServices(node, finding.evidence);
    if (finding.evidence.empty())
        return translatedHere(node);
    if (node.profile().scope == Scope::Pods) {
        finding.summary =
            "Pods that ask a host port of this node for DNS would get no answer: the reply is untracked and keeps the pod's address.";
        finding.advice = {
            "let pods ask the service's address, and remove the hostPort of the DNS pod",
            "or let such queries be masqueraded, which costs one conntrack entry each (the lab's matrix has the row), and add `host-port` "
            "to `safety.waive`: " +
                masqueradeForwardedPorts(node.profile()),
            "if no pod asks the host port (clients outside the cluster are served as before), add `host-port` to `safety.waive`"};
        return finding;
    }
    finding.summary = hostPorts ? "Clients that ask a host port of this node for DNS would get no answer: the reply is untracked."
                                : "Clients outside the cluster that ask this node for DNS (NodePort, LoadBalancer) would get no answer.";
    finding.advice = {hostPorts ? "set `scope: pods`, which serves clients outside the cluster, and remove the hostPort of the DNS pod"
                                : "set `scope: pods`, which serves clients outside the cluster"};
    return finding;
}

} // namespace notrack
