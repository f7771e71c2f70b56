#include "core/findings/finding_checks.h"
#include "core/findings/packet_path.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace notrack
{

namespace
{

/// How many pods of this node each pod is paired with: rules tell sides apart, seldom pairs of them.
constexpr std::size_t mostPartners = 3;

/// One leg of a DNS exchange through this node.
struct Leg
{
    std::vector<Step> way;                    ///< their packets' `tracking` is what it is without our rules
    std::string remedy;                       ///< matches of the rule that lets it through
    Tracking withRules = Tracking::Untracked; ///< New: an answer whose query went untracked while no rule names the answer
    bool ofNode = false;                      ///< the node's own exchange, which pods do not need
    std::size_t before = 0;                   ///< steps of the way that another leg is judged by: only their marks count here
};

std::vector<Step> wayThrough(std::initializer_list<std::string_view> chains, const PacketClass& packet)
{
    std::vector<Step> way;
    for (const std::string_view chain : chains)
        way.push_back({chain, packet});
    return way;
}

std::vector<Step> forwardWay(const PacketClass& packet)
{
    return wayThrough({"PREROUTING", "FORWARD", "POSTROUTING"}, packet);
}

std::string portText(Port port)
{
    return std::to_string(port.value);
}

PacketClass packetBetween(Protocol protocol, const PodSide& from, const PodSide& to)
{
    PacketClass packet;
    packet.protocol = protocol;
    packet.source = from.prefix;
    packet.destination = to.prefix;
    packet.inInterface = from.interface;
    packet.outInterface = to.interface;
    packet.sourceLocal = false;
    packet.destinationLocal = false;
    return packet;
}

/// The pod network of the profile that a side lies in, for the advice.
std::string networkOf(const Circumstances& node, const PodSide& side)
{
    for (const Prefix& pods : node.profile().podCidrs)
        if (pods.contains(side.prefix.address()))
            return toText(pods);
    return toText(side.prefix);
}

void addForwardLegs(const Circumstances& node, Protocol protocol, Port port, const PodSide& from, const PodSide& to, std::vector<Leg>& legs)
{
    const std::string start = "-p " + std::string(toText(protocol)) + " ";
    PacketClass reply = packetBetween(protocol, from, to);
    reply.sourcePort = port;
    reply.tracking = Tracking::Established;
    legs.push_back({forwardWay(reply), start + "-s " + networkOf(node, from) + " --sport " + portText(port)});
    PacketClass query = packetBetween(protocol, from, to);
    query.destinationPort = port;
    query.tracking = Tracking::New;
    legs.push_back({forwardWay(query), start + "-d " + networkOf(node, to) + " --dport " + portText(port)});
}

/// IPVS takes a query in at INPUT and sends it on through OUTPUT.
void addBalancedLegs(const Circumstances& node, Protocol protocol, Port port, const PodSide& client, std::vector<Leg>& legs)
{
    const std::string start = "-p " + std::string(toText(protocol)) + " -s " + networkOf(node, client) + " -d ";
    std::vector<Step> arrival; // of a query at IPVS, whose marks it keeps
    for (const Address& service : node.profile().services) {
        if (service.family() != client.prefix.family())
            continue;
        PacketClass query = packetBetween(protocol, client, {Prefix(service), ""});
        query.destinationPort = port;
        query.destinationLocal = node.isLocal(service);
        if (node.isBalanced(service, port, protocol))
            query.memberOf = {"KUBE-CLUSTER-IP", "KUBE-CLUSTER-IP6", "KUBE-6-CLUSTER-IP"};
        arrival = wayThrough({"PREROUTING", "INPUT"}, query);
        legs.push_back({arrival, start + toText(service) + " --dport " + portText(port)});
    }
    for (const Address& server : node.realServers()) {
        if (server.family() != client.prefix.family() || !node.isPod(server))
            continue;
        PacketClass query = packetBetween(protocol, client, {Prefix(server), node.interfaceTo(server)});
        query.inInterface.clear();
        query.destinationPort = port;
        std::vector<Step> way = arrival;
        for (const Step& step : wayThrough({"OUTPUT", "POSTROUTING"}, query))
            way.push_back(step);
        const std::string network = networkOf(node, {Prefix(server), ""});
        legs.push_back({way, start + network + " --dport " + portText(port), Tracking::Untracked, false, arrival.size()});
    }
}

/// Answers of real servers that the rules do not name: their queries go untracked, so to conntrack each is a new connection.
void addUnnamedAnswers(const Circumstances& node, const PodSide& client, std::vector<Leg>& legs)
{
    for (const VirtualService* service : node.virtualServices()) {
        for (const RealServer& server : service->realServers) {
            if (node.isNamed(server) || !answersPassHere(server) || server.address.family() != client.prefix.family())
                continue;
            const bool here = node.isLocal(server.address);
            PacketClass answer =
                packetBetween(service->protocol, {Prefix(server.address), here ? "" : node.interfaceTo(server.address)}, client);
            answer.sourcePort = server.port;
            answer.sourceLocal = here;
            answer.tracking = Tracking::Established;
            const std::string remedy =
                "-p " + std::string(toText(service->protocol)) + " -s " + toText(server.address) + " --sport " + portText(server.port);
            legs.push_back({here ? wayThrough({"OUTPUT", "POSTROUTING"}, answer) : forwardWay(answer), remedy, Tracking::New});
        }
    }
}

/// Under scope any the node's own answers come in untracked.
void addOwnAnswers(const Circumstances& node, Family family, std::vector<Leg>& legs)
{
    for (const VirtualService* service : node.virtualServices()) {
        for (const RealServer& server : service->realServers) {
            if (server.address.family() != family || !node.isNamed(server))
                continue;
            PacketClass answer;
            answer.protocol = service->protocol;
            answer.source = Prefix(server.address);
            answer.sourcePort = server.port;
            answer.inInterface = node.interfaceTo(server.address);
            answer.sourceLocal = node.isLocal(server.address);
            answer.destination = Prefix(service->address); // the node asks with the service's address as its source
            answer.destinationLocal = true;
            answer.tracking = Tracking::Established;
            const std::string remedy = "-p " + std::string(toText(service->protocol)) + " -s " +
                                       networkOf(node, {Prefix(server.address), ""}) + " --sport " + portText(server.port);
            legs.push_back({wayThrough({"PREROUTING", "INPUT"}, answer), remedy, Tracking::Untracked, true});
        }
    }
}

std::vector<Leg> legsOf(const Circumstances& node, Family family)
{
    std::vector<Leg> legs;
    const std::vector<PodSide> locals = node.localPods(family);
    const std::vector<PodSide> remotes = node.remotePods(family);
    const std::size_t others = std::min(locals.size(), mostPartners);
    for (const Protocol protocol : node.profile().protocols)
        for (const Port port : node.profile().ports)
            for (const PodSide& local : locals) {
                if (node.answersPassHere()) {
                    for (const PodSide& remote : remotes) {
                        addForwardLegs(node, protocol, port, local, remote, legs);
                        addForwardLegs(node, protocol, port, remote, local, legs);
                    }
                    for (std::size_t i = 0; i < others; ++i) {
                        addForwardLegs(node, protocol, port, local, locals.at(i), legs);
                        addForwardLegs(node, protocol, port, locals.at(i), local, legs);
                    }
                }
                addBalancedLegs(node, protocol, port, local, legs);
            }
    for (const PodSide& local : locals)
        addUnnamedAnswers(node, local, legs);
    if (node.profile().scope == Scope::Any)
        addOwnAnswers(node, family, legs);
    return legs;
}

/// Whether a way in which the tracked packet gets through is closed to its untracked twin, whatever then drops it.
bool losesAWay(const Journey& tracked, const Journey& untracked)
{
    return std::any_of(tracked.endings.begin(), tracked.endings.end(), [&](const Ending& ending) {
        const auto isSame = [&](const Ending& one) { return one.line == ending.line; };
        return ending.fate == Fate::Accepted && std::none_of(untracked.endings.begin(), untracked.endings.end(), isSame);
    });
}

/// Endings that drop the untracked packet and that its tracked twin does not meet; all of them where the twin has a way through that it has not.
std::vector<Ending> newDrops(const Journey& tracked, const Journey& untracked)
{
    std::vector<Ending> drops;
    const bool everyDrop = untracked.always(Fate::Dropped) && losesAWay(tracked, untracked);
    for (const Ending& ending : untracked.endings) {
        const bool known =
            std::any_of(tracked.endings.begin(), tracked.endings.end(), [&](const Ending& one) { return one.line == ending.line; });
        if (ending.fate == Fate::Dropped && (!known || everyDrop))
            drops.push_back(ending);
    }
    return drops;
}

bool isOfNetworkPolicy(std::string_view line)
{
    constexpr std::array prefixes{"-A cali-", "-A KUBE-NWPLCY", "-A KUBE-POD-FW", "-A WEAVE-NPC", "-A KUBE-NETWORK-POLICIES"};
    return std::any_of(prefixes.begin(), prefixes.end(), [&](std::string_view prefix) { return line.starts_with(prefix); });
}

/// NetworkPolicy engines judge replies by connection state, and rules before theirs do not last.
void advise(const Circumstances& node, const Station& station, const Leg& leg, const std::vector<Ending>& drops, Finding& finding)
{
    const SavedChains& table = *station.table;
    const bool policy = std::any_of(drops.begin(), drops.end(), [](const Ending& drop) { return isOfNetworkPolicy(drop.line); });
    if (table.table.starts_with("table "))
        addOnce(finding.advice, "let untracked DNS pass where `nft list " + table.table +
                                    "` accepts established connections: `ct state established,related,untracked accept`");
    else if (policy && station.chain != "INPUT") // a query at INPUT is no reply: a rule before the policies lets it in
        addOnce(finding.advice,
                "the drop is NetworkPolicy's, which knows replies by connection state only: allow the DNS pods egress to all "
                "pods over UDP, and pods ingress from the DNS pods");
    else
        addOnce(finding.advice, node.commandFor(table) + (table.table == "filter" ? "" : " -t " + table.table) + " -I " +
                                    std::string(station.chain) + " " + leg.remedy +
                                    (leg.withRules == Tracking::New ? " -j ACCEPT" : " -m conntrack --ctstate UNTRACKED -j ACCEPT"));
}

std::vector<Step> withTracking(std::vector<Step> way, Tracking tracking)
{
    for (Step& step : way)
        step.packet.tracking = tracking;
    return way;
}

void judgeLeg(const Circumstances& node, Family family, const Leg& leg, Finding& finding)
{
    const std::vector<Station> tracked = followWay(node.tables(), family, leg.way);
    const std::vector<Station> untracked = followWay(node.tables(), family, withTracking(leg.way, leg.withRules));
    bool loses = false;
    for (const Station& station : untracked) {
        const auto twin = std::find_if(tracked.begin(), tracked.end(),
                                       [&](const Station& one) { return one.table == station.table && one.step == station.step; });
        if (twin == tracked.end() || station.step < leg.before)
            continue;
        const std::vector<Ending> drops = newDrops(twin->journey, station.journey);
        if (drops.empty())
            continue;
        loses = true;
        for (const Ending& drop : drops)
            addOnce(finding.evidence, quoteRule(*station.table, drop.line));
        advise(node, station, leg, drops, finding);
    }
    if (loses && getsThrough(untracked) == Certainty::No && getsThrough(tracked) != Certainty::No && !leg.ofNode)
        finding.severity = Severity::Fatal;
}

} // namespace

std::optional<Finding> checkStatefulForward(const Circumstances& node)
{
    Finding finding{.severity = Severity::Warning};
    for (const Family family : allFamilies) {
        const auto& services = node.profile().services;
        const bool wanted = std::any_of(services.begin(), services.end(), [&](const Address& one) { return one.family() == family; });
        if (!wanted)
            continue;
        const std::vector<Leg> legs = legsOf(node, family);
        for (const Leg& leg : legs)
            judgeLeg(node, family, leg, finding);
    }
    if (finding.evidence.empty())
        return std::nullopt;
    finding.summary = finding.severity == Severity::Fatal
                          ? "The packet filter lets DNS through by connection state and drops it untracked."
                          : "The packet filter knows DNS by connection state in places, and may drop it untracked.";
    return finding;
}

namespace
{

bool dropsInvalid(const SavedRule& rule)
{
    const bool drops = rule.target == "DROP" || rule.target == "REJECT";
    return drops && rule.conditions.size() == 1 && !rule.conditions.front().negated &&
           (rule.conditions.front().option == "--ctstate" || rule.conditions.front().option == "--state") &&
           rule.conditions.front().values == std::vector<std::string>{"INVALID"};
}

/// Chains that forwarded packets may come to; of a table of nft's own by their own names.
std::set<std::string> chainsOfForward(const SavedChains& table)
{
    std::set<std::string> found;
    std::vector<std::string> open{"FORWARD"};
    while (!open.empty()) {
        const std::string name = std::move(open.back());
        open.pop_back();
        const SavedChain* const chain = table.find(name);
        if (chain == nullptr || !found.insert(name).second)
            continue;
        for (const SavedRule& rule : chain->rules)
            open.push_back(rule.target);
    }
    if (!table.table.starts_with("table ") || found.erase("FORWARD") == 0)
        return found;
    for (const auto& [name, chain] : table.chains)
        if (name != "FORWARD" && chain == *table.find("FORWARD"))
            found.insert(name);
    return found;
}

std::string letIcmpIn(const Circumstances& node, const SavedChains& table, const std::string& chain)
{
    const bool ipv6 = table.family == Family::Ipv6;
    if (table.table.starts_with("table "))
        return "nft insert rule " + table.table.substr(table.table.find(' ') + 1) + " " + chain + (ipv6 ? " icmpv6" : " icmp") +
               " type destination-unreachable accept";
    return node.commandFor(table) + (table.table == "filter" ? "" : " -t " + table.table) + " -I FORWARD -p " +
           (ipv6 ? "ipv6-icmp --icmpv6-type" : "icmp --icmp-type") + " destination-unreachable -j ACCEPT";
}

} // namespace

std::optional<Finding> checkIcmpInvalid(const Circumstances& node)
{
    Finding finding{.severity = Severity::Info};
    for (const SavedChains& table : node.tables()) {
        for (const std::string& name : chainsOfForward(table)) {
            for (const SavedRule& rule : table.find(name)->rules) {
                if (!dropsInvalid(rule))
                    continue;
                addOnce(finding.evidence, quoteRule(table, rule.line));
                addOnce(finding.advice, letIcmpIn(node, table, name));
            }
        }
    }
    if (finding.evidence.empty())
        return std::nullopt;
    finding.summary = "The packet filter drops what conntrack calls invalid, and that is every ICMP error about an untracked query: a "
                      "client of a dead DNS pod waits for its time-out instead of hearing at once.";
    return finding;
}

} // namespace notrack
