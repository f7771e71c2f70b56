#include "core/findings/finding_checks.h"
#include "core/findings/packet_path.h"

#include <algorithm>

namespace notrack
{

namespace
{

constexpr int pluralBits4 = 16; // pod networks of one cluster mostly share these many leading bits
constexpr int pluralBits6 = 48;

struct EndpointLists
{
    std::vector<std::string> balanced;
    std::vector<std::string> missing;
};

/// A port that only real servers have, which the profile names for the sake of their answers.
bool isServersPort(const Circumstances& node, Port port, Protocol protocol)
{
    const auto& services = node.virtualServices();
    return std::any_of(services.begin(), services.end(), [&](const VirtualService* service) {
        const auto& servers = service->realServers;
        return service->protocol == protocol && service->port != port &&
               std::any_of(servers.begin(), servers.end(), [&](const RealServer& server) { return server.port == port; });
    });
}

EndpointLists endpointsOf(const Circumstances& node, const Address& service)
{
    EndpointLists lists;
    for (const Protocol protocol : node.profile().protocols)
        for (const Port port : node.profile().ports) {
            const bool balanced = node.isBalanced(service, port, protocol);
            if (balanced || !isServersPort(node, port, protocol))
                (balanced ? lists.balanced : lists.missing).push_back(endpointText(service, port, protocol));
        }
    return lists;
}

/// IPVS takes what comes to its own node's addresses; of a family without any, nothing is known.
bool isElsewhere(const Circumstances& node, const Address& service)
{
    const auto& local = node.facts().localPrefixes;
    return !node.isLocal(service) &&
           std::any_of(local.begin(), local.end(), [&](const Prefix& one) { return one.family() == service.family(); });
}

bool isSibling(const Address& address, const std::vector<Prefix>& pods)
{
    const int bits = address.family() == Family::Ipv4 ? pluralBits4 : pluralBits6;
    return std::any_of(pods.begin(), pods.end(),
                       [&](const Prefix& prefix) { return prefix.length() > bits && Prefix(prefix.address(), bits).contains(address); });
}

/// Real servers that no pod network of the profile covers: those of `per-node-cidr`, or the others.
std::vector<std::string> uncoveredServers(const Circumstances& node, bool siblings)
{
    std::vector<std::string> lines;
    for (const VirtualService* service : node.virtualServices())
        for (const RealServer& server : service->realServers) {
            const bool sibling = isSibling(server.address, node.profile().podCidrs) && !node.isLocal(server.address);
            if (!node.isPod(server.address) && sibling == siblings)
                addOnce(lines, quoteRealServer(*service, server));
        }
    return lines;
}

std::string familyWord(const Address& address)
{
    return address.family() == Family::Ipv6 ? "IPv6" : "IPv4";
}

} // namespace

std::optional<Finding> checkNotIpvs(const Circumstances& node)
{
    if (!node.facts().ipvsUnread.empty())
        return std::nullopt; // neither there nor not there: unread-rules tells
    Finding finding{.severity = Severity::Warning};
    bool away = false;
    for (const Address& service : node.profile().services) {
        const EndpointLists endpoints = endpointsOf(node, service);
        const bool elsewhere = !endpoints.balanced.empty() && isElsewhere(node, service);
        away = away || elsewhere;
        if (endpoints.balanced.empty() || elsewhere)
            finding.severity = Severity::Fatal;
        if (elsewhere)
            finding.evidence.push_back(toText(service) + " is no address of this node, and IPVS takes only what comes to its own node's");
        for (const std::string& missing : endpoints.missing)
            finding.evidence.push_back(missing + " is not in /proc/net/ip_vs");
    }
    if (finding.evidence.empty())
        return std::nullopt;
    finding.summary = finding.severity == Severity::Fatal
                          ? "IPVS does not balance the DNS service on this node, and untracked packets reach a service only through IPVS."
                          : "IPVS balances the DNS service, but not at every port and protocol of the profile.";
    if (!node.facts().ipvs)
        finding.evidence.emplace_back("/proc/net/ip_vs is not there: the ip_vs module is not loaded");
    for (const std::string& line : node.facts().firewallMarkServices)
        finding.evidence.push_back("IPVS: " + line);
    if (finding.severity == Severity::Warning)
        finding.advice.emplace_back("list under `ports:` and `protocols:` only what the service offers");
    else if (away)
        finding.advice.emplace_back(
            "set the service's address on this node again (kube-proxy has it on kube-ipvs0), or clear IPVS (`ipvsadm --clear`) "
            "where kube-proxy left it; a director that waits for the address gets the rules with it");
    else if (!node.facts().firewallMarkServices.empty())
        finding.advice.emplace_back("if a firewall-mark service of IPVS balances it, add `not-ipvs` to `safety.waive`");
    else
        finding.advice.emplace_back("run kube-proxy with `mode: ipvs`, or correct `services:` (`ipvsadm -Ln` lists what IPVS balances); "
                                    "right after boot, wait until kube-proxy has filled the table");
    return finding;
}

std::optional<Finding> checkNoBackends(const Circumstances& node)
{
    if (!node.facts().ipvsUnread.empty())
        return std::nullopt; // neither there nor not there: unread-rules tells
    Finding finding{.severity = Severity::Warning};
    for (const VirtualService* service : node.virtualServices()) {
        const auto& servers = service->realServers;
        const bool serves = std::any_of(servers.begin(), servers.end(), [](const RealServer& server) { return server.weight > 0; });
        if (!serves)
            finding.evidence.push_back("IPVS: " + endpointText(service->address, service->port, service->protocol) + " has " +
                                       (servers.empty() ? "no real server" : "only real servers of weight 0"));
    }
    if (finding.evidence.empty())
        return std::nullopt;
    finding.summary = "The DNS service has no server to go to, so DNS fails on this node with and without the rules.";
    finding.advice.emplace_back("see why no DNS server is ready: `kubectl -n kube-system get endpointslices`");
    return finding;
}

std::optional<Finding> checkBackendOutsidePodCidrs(const Circumstances& node)
{
    std::vector<std::string> servers = uncoveredServers(node, false);
    if (servers.empty())
        return std::nullopt;
    return Finding{.severity = Severity::Warning,
                   .summary = "Replies of real servers outside `podCIDRs` stay tracked: one entry a query, and they race as before.",
                   .evidence = std::move(servers),
                   .advice = {"add the network of these servers to `podCIDRs`, unless it is that of the nodes themselves"}};
}

std::optional<Finding> checkPerNodeCidr(const Circumstances& node)
{
    std::vector<std::string> servers = uncoveredServers(node, true);
    if (servers.empty())
        return std::nullopt;
    std::string pods;
    for (const Prefix& prefix : node.profile().podCidrs)
        pods += (pods.empty() ? "" : ", ") + toText(prefix);
    return Finding{.severity = Severity::Warning,
                   .summary = "`podCIDRs` looks like the network of one node, and replies from pods of other nodes stay tracked.",
                   .evidence = std::move(servers),
                   .advice = {"put the cluster-wide pod network in place of " + pods +
                              " (kube-controller-manager's --cluster-cidr, or the CNI's pool)"}};
}

namespace
{

/// Whether nat may give this node's own query another source, with which a server elsewhere answers it: tracked it may be answered, then.
bool masqueradesOwnQuery(const Circumstances& node, const VirtualService& service, const RealServer& server)
{
    PacketClass query;
    query.protocol = service.protocol;
    query.source = Prefix(service.address);
    query.sourceLocal = true;
    query.destination = Prefix(server.address);
    query.destinationPort = server.port;
    query.destinationLocal = false;
    query.destinationPod = node.isPod(server.address);
    query.outInterface = node.interfaceTo(server.address);
    return std::any_of(node.tables().begin(), node.tables().end(), [&](const SavedChains& table) {
        return table.role == "nat" && table.family == server.address.family() && follow(table, "POSTROUTING", query).may(Fate::Translated);
    });
}

} // namespace

std::optional<Finding> checkHostQueries(const Circumstances& node)
{
    if (node.profile().scope != Scope::Any)
        return std::nullopt;
    Finding finding{.severity = Severity::Warning};
    std::vector<std::string> families;
    bool away = false;
    for (const VirtualService* service : node.virtualServices()) {
        if (!node.isLocal(service->address))
            continue;
        addOnce(finding.evidence, toText(service->address) + " is a local address of this node");
        for (const RealServer& server : service->realServers) {
            const Certainty elsewhere = node.isOnAnotherNode(server.address);
            if (elsewhere == Certainty::No)
                continue;
            away = away || elsewhere == Certainty::Yes;
            const bool needed = node.isBehindGateway(server.address) && masqueradesOwnQuery(node, *service, server);
            if (elsewhere == Certainty::Maybe || node.everyNodeBalances() || needed)
                finding.severity = Severity::Fatal;
            addOnce(families, familyWord(server.address));
            addOnce(finding.evidence, quoteRealServer(*service, server));
        }
    }
    if (finding.evidence.empty())
        return std::nullopt;
    finding.summary =
        away && finding.severity != Severity::Fatal
            ? "With scope `any` the node's own queries are not masqueraded, and are answered only where the real servers send what is for "
              "the service's address by way of this node."
        : away ? "With scope `any` the node's own queries go to DNS pods of other nodes from the service's address, and get no answer."
        : finding.severity == Severity::Fatal
            ? "With scope `any` the node's own queries to DNS pods of other nodes get no answer, and which are here cannot be told."
            : "With scope `any` the node's own queries are answered only while every DNS pod runs on this node.";
    finding.advice.emplace_back("set `scope: pods`, which leaves the node's own queries tracked and masqueraded");
    return finding;
}

std::optional<Finding> checkOnePacketScheduling(const Circumstances& node)
{
    Finding finding{.severity = Severity::Warning};
    for (const VirtualService* service : node.virtualServices())
        for (const RealServer& server : service->realServers)
            if (service->onePacket && answersPassHere(server))
                addOnce(finding.evidence, quoteRealServer(*service, server) + ", one-packet scheduling");
    if (finding.evidence.empty())
        return std::nullopt;
    finding.summary = "One-packet scheduling keeps no connection that an answer could be translated back by: masquerading real servers "
                      "are not heard, with or without the rules.";
    finding.advice.emplace_back("take the service's flag `ops` away (ipvsadm -E without -o), or use direct routing");
    return finding;
}

std::optional<Finding> checkStaleServers(const Circumstances& node)
{
    if (node.facts().expireNoDestination != false || node.virtualServices().empty())
        return std::nullopt;
    return Finding{.severity = Severity::Info,
                   .summary = "Clients that keep their port go on asking a DNS pod that is gone, until IPVS forgets them, with or without "
                              "the rules.",
                   .evidence = {"net.ipv4.vs.expire_nodest_conn = 0"},
                   .advice = {"sysctl -w net.ipv4.vs.expire_nodest_conn=1"}};
}

} // namespace notrack
