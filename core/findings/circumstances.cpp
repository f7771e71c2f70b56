#include "core/findings/finding_checks.h"
#include "core/findings/ip_set_contents.h"
#include "core/findings/native_rules.h"
#include "core/findings/packet_path.h"
#include "core/net/chain_names.h"

#include <algorithm>
#include <map>
#include <utility>

namespace notrack
{

namespace
{

constexpr std::size_t fewSides = 3;    // that are followed whatever the rules say
constexpr std::size_t mostSides = 512; // two for each of 250 pods, which a node may have

bool overlap(const Prefix& one, const Prefix& other)
{
    return one.contains(other.address()) || other.contains(one.address());
}

/// Whether a table of nft's own sees packets of the family.
bool seesFamily(const NativeTable& table, Family family)
{
    return table.name.starts_with("inet ") || table.name.starts_with(family == Family::Ipv4 ? "ip " : "ip6 ");
}

/// Whether a profile has services or tunnels of the family.
bool speaksOf(const Profile& profile, Family family)
{
    const auto& services = profile.services;
    const auto& tunnels = profile.tunnels;
    return std::any_of(services.begin(), services.end(), [=](const Address& one) { return one.family() == family; }) ||
           std::any_of(tunnels.begin(), tunnels.end(), [=](const Tunnel& tunnel) {
               return std::any_of(tunnel.peers.begin(), tunnel.peers.end(), [=](const Prefix& one) { return one.family() == family; });
           });
}

/// The sets that packets add to or take from, by `-j SET`: nobody knows what they hold.
std::vector<std::string> filledByRules(const std::vector<SavedTable>& tables)
{
    std::vector<std::string> names;
    for (const SavedTable& table : tables) {
        for (const std::string& line : table.lines) {
            for (const std::string_view option : {"--add-set ", "--del-set "}) {
                const std::size_t found = line.find(option);
                if (found == std::string::npos)
                    continue;
                const std::size_t at = found + option.size();
                names.push_back(line.substr(at, line.find(' ', at) - at));
            }
        }
    }
    return names;
}

const Prefix& narrower(const Prefix& one, const Prefix& other)
{
    return one.length() > other.length() ? one : other;
}

} // namespace

Circumstances::Circumstances(const Profile& profile, const NodeFacts& facts, Backend backend)
    : m_profile(profile), m_facts(facts), m_backend(backend)
{
    m_tables.reserve(facts.savedTables.size());
    std::map<Family, IpSetsByName> sets;
    for (const Family family : allFamilies)
        if (!facts.ipSets.empty())
            sets[family] = readableSets(facts.ipSets, family, filledByRules(facts.savedTables));
    for (const SavedTable& saved : facts.savedTables)
        m_tables.push_back(readSavedTable(saved, sets[saved.family]));
    for (const NativeTable& native : facts.nativeTables) {
        for (const Family family : allFamilies) {
            if (!seesFamily(native, family) || !speaksOf(profile, family))
                continue;
            for (SavedChains& table : readNativeChains(native, family))
                m_tables.push_back(std::move(table));
        }
    }
    for (const VirtualService& service : facts.virtualServices) {
        const auto& wanted = profile.services;
        const bool ours = std::find(wanted.begin(), wanted.end(), service.address) != wanted.end();
        if (!ours || !isDnsPort(service.port) || !isDnsProtocol(service.protocol))
            continue;
        m_virtualServices.push_back(&service);
        for (const RealServer& server : service.realServers)
            m_realServers.push_back(server.address);
    }
    for (const SavedChains& table : m_tables)
        if (table.role != "nat")
            for (const auto& [name, chain] : *table.chains)
                for (const SavedRule& rule : chain.rules)
                    noteNames(rule);
    std::sort(m_realServers.begin(), m_realServers.end());
    m_realServers.erase(std::unique(m_realServers.begin(), m_realServers.end()), m_realServers.end());
}

void Circumstances::noteNames(const SavedRule& rule)
{
    for (const Condition& condition : rule.conditions) {
        if ((condition.option == "-i" || condition.option == "-o") && !condition.values.empty())
            m_namedInterfaces.insert(condition.values.front());
        if (condition.prefix && isPod(condition.prefix->address()))
            m_namedPrefixes.insert(*condition.prefix);
        if (condition.ipSet && m_notedSets.insert(condition.ipSet).second)
            noteNames(*condition.ipSet);
        if (condition.anyOf)
            for (const SavedRule& element : condition.anyOf->elements)
                noteNames(element);
    }
}

void Circumstances::noteNames(const IpSetContents& set)
{
    set.forEachElement([&](const IpSetElement& element) {
        for (const std::optional<Prefix>& network : {element.network, element.other})
            if (network && isPod(network->address()))
                m_namedPrefixes.insert(*network);
    });
}

bool Circumstances::isToldApart(const PodSide& side) const
{
    return (!side.interface.empty() && m_namedInterfaces.contains(side.interface)) || m_namedPrefixes.contains(side.prefix);
}

/// Every side that the rules tell apart from others is followed, and the first few in any case.
void Circumstances::addSide(std::vector<PodSide>& sides, PodSide side) const
{
    if (sides.size() >= mostSides || (sides.size() >= fewSides && !isToldApart(side)))
        return;
    if (std::find(sides.begin(), sides.end(), side) == sides.end())
        sides.push_back(std::move(side));
}

std::string Circumstances::interfaceTo(const Address& address) const
{
    const Route* const route = routeTo(address);
    return route == nullptr ? std::string() : route->interface;
}

bool answersPassHere(const RealServer& server)
{
    return server.forwarding != "Route" && server.forwarding != "Tunnel";
}

bool Circumstances::balancedIsTracked() const
{
    return m_facts.ipvsConntrack != false;
}

bool Circumstances::everyNodeBalances() const
{
    return std::any_of(m_tables.begin(), m_tables.end(), [](const SavedChains& table) {
        const auto first = table.chains->lower_bound("KUBE-");
        return first != table.chains->end() && first->first.starts_with("KUBE-");
    });
}

bool Circumstances::answersPassHere() const
{
    bool any = false;
    for (const VirtualService* service : m_virtualServices) {
        for (const RealServer& server : service->realServers) {
            any = true;
            if (notrack::answersPassHere(server))
                return true;
        }
    }
    return !any;
}

bool Circumstances::isLocal(const Address& address) const
{
    const auto& local = m_facts.localPrefixes;
    return std::any_of(local.begin(), local.end(), [&](const Prefix& prefix) { return prefix.contains(address); });
}

bool Circumstances::isPodHere(const Address& address) const
{
    const auto& pods = m_facts.podNamespaces;
    return std::any_of(pods.begin(), pods.end(), [&](const PodNamespace& pod) {
        return std::find(pod.addresses.begin(), pod.addresses.end(), address) != pod.addresses.end();
    });
}

bool Circumstances::isPod(const Address& address) const
{
    const auto& pods = m_profile.podCidrs;
    return std::any_of(pods.begin(), pods.end(), [&](const Prefix& prefix) { return prefix.contains(address); });
}

bool Circumstances::isPods(const Prefix& addresses) const
{
    const auto& pods = m_profile.podCidrs;
    return std::any_of(pods.begin(), pods.end(),
                       [&](const Prefix& prefix) { return prefix.contains(addresses.address()) && prefix.length() <= addresses.length(); });
}

bool Circumstances::isDnsPort(Port port) const
{
    return std::find(m_profile.ports.begin(), m_profile.ports.end(), port) != m_profile.ports.end();
}

bool Circumstances::isNamed(const RealServer& server) const
{
    return isPod(server.address) && isDnsPort(server.port);
}

bool Circumstances::isDnsProtocol(Protocol protocol) const
{
    return std::find(m_profile.protocols.begin(), m_profile.protocols.end(), protocol) != m_profile.protocols.end();
}

const Route* Circumstances::routeTo(const Address& address) const
{
    const Route* best = nullptr;
    for (const Route& route : m_facts.routes)
        if (route.destination.contains(address) && (best == nullptr || route.destination.length() > best->destination.length()))
            best = &route;
    return best;
}

bool Circumstances::asksFrom(const Address& service) const
{
    const Route* const route = routeTo(service);
    return everyNodeBalances() || route == nullptr || route->viaGateway || route->destination.length() == 0;
}

bool Circumstances::isBehindGateway(const Address& address) const
{
    const Route* const route = routeTo(address);
    return route != nullptr && route->viaGateway;
}

bool Circumstances::leadsEverywhere(const std::string& interface) const
{
    return std::any_of(m_facts.routes.begin(), m_facts.routes.end(),
                       [&](const Route& route) { return route.destination.length() == 0 && route.interface == interface; });
}

Certainty Circumstances::isOnAnotherNode(const Address& address) const
{
    if (isLocal(address) || isPodHere(address))
        return Certainty::No;
    const Route* const route = routeTo(address);
    if (route == nullptr)
        return Certainty::Maybe;
    if (route->viaGateway || leadsEverywhere(route->interface))
        return Certainty::Yes;
    return spansPods(*route) ? Certainty::Maybe : Certainty::No;
}

/// One network for the pods of all nodes, as Weave and macvlan have it.
bool Circumstances::spansPods(const Route& route) const
{
    const auto& pods = m_profile.podCidrs;
    return route.destination.length() > 0 && std::any_of(pods.begin(), pods.end(), [&](const Prefix& prefix) {
               return route.destination.contains(prefix.address()) && route.destination.length() <= prefix.length();
           });
}

std::vector<PodSide> Circumstances::allPods(Family family) const
{
    std::vector<PodSide> sides;
    for (const Prefix& pods : m_profile.podCidrs)
        if (pods.family() == family)
            addSide(sides, {pods, ""});
    return sides;
}

std::vector<PodSide> Circumstances::localPods(Family family) const
{
    std::vector<PodSide> sides;
    for (const Address& server : m_realServers) {
        const Route* const route = routeTo(server);
        if (server.family() == family && isPod(server) && isOnAnotherNode(server) != Certainty::Yes && route != nullptr)
            addSide(sides, {Prefix(server), route->interface});
    }
    for (const Prefix& pods : m_profile.podCidrs)
        for (const Route& route : m_facts.routes)
            if (pods.family() == family && !route.viaGateway && !leadsEverywhere(route.interface) && overlap(route.destination, pods))
                addSide(sides, {narrower(route.destination, pods), route.interface});
    addNamed(sides);
    return sides.empty() ? allPods(family) : sides;
}

/// Pods behind the same interface that the rules tell apart by their addresses.
void Circumstances::addNamed(std::vector<PodSide>& sides) const
{
    const std::vector<PodSide> found = sides;
    for (const Prefix& named : m_namedPrefixes)
        for (const PodSide& side : found)
            if (side.prefix.contains(named.address()) && side.prefix.length() < named.length() && !isLocal(named.address()))
                addSide(sides, {named, side.interface});
    if (sides.size() < mostSides)
        for (PodSide& side : sides)
            side.unnamed = !side.prefix.isOneAddress();
}

std::vector<PodSide> Circumstances::remotePods(Family family) const
{
    std::vector<PodSide> sides;
    for (const Prefix& pods : m_profile.podCidrs)
        for (const Route& route : m_facts.routes) {
            const bool away = route.viaGateway || leadsEverywhere(route.interface) || spansPods(route);
            if (pods.family() == family && away && route.destination.length() > 0 && overlap(route.destination, pods))
                addSide(sides, {narrower(route.destination, pods), route.interface});
        }
    addNamed(sides);
    for (const Prefix& pods : m_profile.podCidrs)
        for (const Route& route : m_facts.routes)
            if (pods.family() == family && sides.empty() && route.destination.length() == 0 && route.destination.family() == family)
                addSide(sides, {pods, route.interface});
    return sides.empty() ? allPods(family) : sides;
}

bool Circumstances::isBalanced(const Address& service, Port port, Protocol protocol) const
{
    return std::any_of(m_virtualServices.begin(), m_virtualServices.end(), [&](const VirtualService* one) {
        return one->address == service && one->port == port && one->protocol == protocol;
    });
}

bool Circumstances::redirectsQueries(Family family) const
{
    for (const SavedChains& table : m_tables)
        for (const Address& service : m_profile.services)
            for (const Protocol protocol : m_profile.protocols)
                for (const Port port : m_profile.ports)
                    for (const char* const chain : {"PREROUTING", "OUTPUT"})
                        if (table.role == "nat" && table.family == family && service.family() == family &&
                            follow(table, chain, queryTo(*this, service, port, protocol)).may(Fate::Translated))
                            return true;
    return false;
}

std::vector<std::string> Circumstances::ownChains() const
{
    std::vector<std::string> chains;
    for (const Hook hook : allHooks) {
        chains.push_back(ruleChain(m_profile.chainPrefix, hook));
        chains.push_back(tunnelChain(m_profile.chainPrefix, hook));
        chains.push_back(trialChain(m_profile.chainPrefix, hook));
    }
    return chains;
}

std::string Circumstances::commandFor(const SavedChains& table) const
{
    const std::string base = table.family == Family::Ipv6 ? "ip6tables" : "iptables";
    if (table.backend == Backend::Nftables)
        return base + "-nft";
    const bool both =
        std::any_of(m_tables.begin(), m_tables.end(), [](const SavedChains& one) { return one.backend == Backend::Nftables; });
    return both ? base + "-legacy" : base;
}

PacketClass queryTo(const Circumstances& node, const Address& service, Port port, Protocol protocol)
{
    PacketClass query;
    query.protocol = protocol;
    query.destination = Prefix(service);
    query.destinationPort = port;
    query.destinationLocal = node.isLocal(service);
    query.toService = node.isBalanced(service, port, protocol); // kube-proxy fills both from one list
    return query;
}

std::string quoteRealServer(const VirtualService& service, const RealServer& server)
{
    return "IPVS: " + endpointText(service.address, service.port, service.protocol) + " " + service.scheduler + " -> " +
           endpointText(server.address, server.port, service.protocol) + " " + server.forwarding + " weight " +
           std::to_string(server.weight);
}

void shorten(std::vector<std::string>& lines, std::size_t most)
{
    if (lines.size() <= most)
        return;
    const std::size_t more = lines.size() - most;
    lines.resize(most);
    lines.push_back("and " + std::to_string(more) + " more");
}

void addOnce(std::vector<std::string>& lines, std::string line)
{
    if (std::find(lines.begin(), lines.end(), line) == lines.end())
        lines.push_back(std::move(line));
}

} // namespace notrack
