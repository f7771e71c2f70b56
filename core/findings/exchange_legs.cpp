#include "core/findings/exchange_legs.h"

#include <algorithm>
#include <utility>

namespace notrack
{

namespace
{

/// How many clients each server is paired with, and how many servers each client: rules tell sides apart, seldom pairs of them.
constexpr std::size_t mostPartners = 3;

std::vector<PassedHook> forwardWay(const PacketClass& packet)
{
    return wayThrough({"PREROUTING", "FORWARD", "POSTROUTING"}, packet);
}

std::string portText(Port port)
{
    return std::to_string(port.value);
}

PacketClass packetBetween(const Circumstances& node, Protocol protocol, const PodSide& from, const PodSide& to)
{
    PacketClass packet;
    packet.sourcePod = node.isPods(from.prefix);
    packet.destinationPod = node.isPods(to.prefix);
    packet.sourceUnnamed = from.unnamed;
    packet.destinationUnnamed = to.unnamed;
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

/// Pods at one end of an exchange, on this node or on others.
struct Ends
{
    std::vector<PodSide> here;
    std::vector<PodSide> away;
};

/// The real servers among the pods; any pod where none is known.
Ends serversOf(const Circumstances& node, Family family)
{
    Ends servers;
    for (const Address& server : node.realServers()) {
        if (server.family() != family || !node.isPod(server) || node.isLocal(server))
            continue;
        const Certainty away = node.isOnAnotherNode(server);
        const PodSide side{Prefix(server), node.interfaceTo(server)};
        if (away != Certainty::Yes)
            servers.here.push_back(side);
        if (away != Certainty::No)
            servers.away.push_back(side);
    }
    if (servers.here.empty() && servers.away.empty())
        servers = {node.localPods(family), node.remotePods(family)};
    return servers;
}

/// Pods that ask. Real servers ask nobody here: what goes from one to itself through the service is answered tracked only, whatever the rules.
Ends clientsOf(const Circumstances& node, Family family)
{
    Ends clients{node.localPods(family), node.remotePods(family)};
    const std::vector<PodSide> all = clients.here;
    std::erase_if(clients.here, [&](const PodSide& side) {
        const auto& servers = node.realServers();
        return std::any_of(servers.begin(), servers.end(), [&](const Address& server) { return side.prefix == Prefix(server); });
    });
    if (clients.here.empty())
        clients.here = all;
    return clients;
}

/// Which ends of an exchange are pods of this node.
struct Place
{
    bool serverHere = false;
    bool clientHere = false;
};

void addExchange(const Circumstances& node, const PodSide& server, const PodSide& client, Place place, std::vector<Leg>& legs)
{
    const bool byIpvsHere = place.clientHere || !node.everyNodeBalances();
    for (const Protocol protocol : node.profile().protocols) {
        const std::string start = "-p " + std::string(toText(protocol)) + " ";
        for (const Port port : node.profile().ports) {
            PacketClass reply = packetBetween(node, protocol, server, client);
            reply.sourcePort = port;
            reply.tracking = byIpvsHere && !node.balancedIsTracked() ? Tracking::New : Tracking::Established;
            reply.sourceHere = place.serverHere;
            reply.destinationHere = place.clientHere;
            legs.push_back({forwardWay(reply), start + "-s " + networkOf(node, server) + " --sport " + portText(port)});
            PacketClass query = packetBetween(node, protocol, client, server);
            query.destinationPort = port;
            query.tracking = Tracking::New;
            query.sourceHere = place.clientHere;
            query.destinationHere = place.serverHere;
            legs.push_back({forwardWay(query), start + "-d " + networkOf(node, server) + " --dport " + portText(port)});
        }
    }
}

void addExchanges(const Circumstances& node, const std::vector<PodSide>& servers, const std::vector<PodSide>& clients, Place place,
                  std::vector<Leg>& legs)
{
    for (std::size_t s = 0; s < servers.size(); ++s)
        for (std::size_t c = 0; c < clients.size(); ++c)
            if (s < mostPartners || c < mostPartners)
                addExchange(node, servers.at(s), clients.at(c), place, legs);
}

/// A query from IPVS to a real server, by OUTPUT. Direct routing keeps the service's address; what a tunnel carries is a packet of the node itself.
void addDeparture(const Circumstances& node, const VirtualService& service, const RealServer& server, const PodSide& client,
                  const std::vector<PassedHook>& arrival, std::vector<Leg>& legs)
{
    if (!node.isPod(server.address) || server.forwarding == "Tunnel")
        return;
    const bool direct = server.forwarding == "Route";
    PacketClass query = packetBetween(node, service.protocol, client,
                                      {Prefix(direct ? service.address : server.address), node.interfaceTo(server.address)});
    query.inInterface.clear();
    query.destinationPort = direct ? service.port : server.port;
    if (!node.balancedIsTracked())
        query.tracking = Tracking::Untracked;
    std::vector<PassedHook> way = arrival;
    for (const PassedHook& step : wayThrough({"OUTPUT", "POSTROUTING"}, query))
        way.push_back(step);
    const std::string to = direct ? toText(service.address) : networkOf(node, {Prefix(server.address), ""});
    const std::string remedy = "-p " + std::string(toText(service.protocol)) + " -s " + networkOf(node, client) + " -d " + to +
                               " --dport " + portText(query.destinationPort.value_or(service.port));
    legs.push_back({.way = way, .remedy = remedy, .before = arrival.size()});
}

/// IPVS takes a query in at INPUT and sends it on through OUTPUT.
void addBalancedLegs(const Circumstances& node, Protocol protocol, Port port, const PodSide& client, std::vector<Leg>& legs)
{
    const std::string start = "-p " + std::string(toText(protocol)) + " -s " + networkOf(node, client) + " -d ";
    std::vector<PassedHook> arrival; // of a query at IPVS, whose marks it keeps
    for (const Address& service : node.profile().services) {
        if (service.family() != client.prefix.family())
            continue;
        PacketClass query = packetBetween(node, protocol, client, {Prefix(service), ""});
        query.destinationPort = port;
        query.destinationLocal = node.isLocal(service);
        query.toService = node.isBalanced(service, port, protocol);
        query.sourceHere = true;
        arrival = wayThrough({"PREROUTING", "INPUT"}, query);
        legs.push_back({arrival, start + toText(service) + " --dport " + portText(port)});
    }
    for (const VirtualService* service : node.virtualServices())
        if (service->protocol == protocol && service->port == port && service->address.family() == client.prefix.family())
            for (const RealServer& server : service->realServers)
                addDeparture(node, *service, server, client, arrival, legs);
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
                packetBetween(node, service->protocol, {Prefix(server.address), here ? "" : node.interfaceTo(server.address)}, client);
            answer.destinationHere = true;
            answer.sourcePort = server.port;
            answer.sourceLocal = here;
            answer.tracking = node.balancedIsTracked() ? Tracking::Established : Tracking::New;
            const std::string remedy =
                "-p " + std::string(toText(service->protocol)) + " -s " + toText(server.address) + " --sport " + portText(server.port);
            legs.push_back({here ? wayThrough({"OUTPUT", "POSTROUTING"}, answer) : forwardWay(answer), remedy, Tracking::New});
        }
    }
}

/// The node's own query on its way from IPVS to a real server. It mostly asks with the service's address as its source.
void addOwnQuery(const Circumstances& node, const VirtualService& service, const RealServer& server, std::vector<Leg>& legs)
{
    if (server.forwarding == "Tunnel")
        return;
    const bool direct = server.forwarding == "Route";
    PacketClass query;
    query.protocol = service.protocol;
    if (node.asksFrom(service.address))
        query.source = Prefix(service.address);
    query.sourceLocal = true;
    query.destination = Prefix(direct ? service.address : server.address);
    query.destinationPort = direct ? service.port : server.port;
    query.destinationLocal = node.isLocal(server.address);
    query.destinationPod = !direct && node.isPod(server.address);
    query.outInterface = node.interfaceTo(server.address);
    if (!node.balancedIsTracked())
        query.tracking = Tracking::Untracked;
    const std::string to = direct ? toText(service.address) : networkOf(node, {Prefix(server.address), ""});
    const std::string remedy = "-p " + std::string(toText(service.protocol)) + " -d " + to + " --dport " + portText(*query.destinationPort);
    legs.push_back({wayThrough({"OUTPUT", "POSTROUTING"}, query), remedy, Tracking::Untracked, true});
}

void addOwnAnswer(const Circumstances& node, const VirtualService& service, const RealServer& server, std::vector<Leg>& legs)
{
    if (!answersPassHere(server))
        return;
    PacketClass answer;
    answer.protocol = service.protocol;
    answer.source = Prefix(server.address);
    answer.sourcePort = server.port;
    answer.sourcePod = node.isPod(server.address);
    answer.inInterface = node.interfaceTo(server.address);
    answer.sourceLocal = node.isLocal(server.address);
    if (node.asksFrom(service.address))
        answer.destination = Prefix(service.address);
    answer.destinationLocal = true;
    answer.tracking = node.balancedIsTracked() ? Tracking::Established : Tracking::New;
    const std::string remedy = "-p " + std::string(toText(service.protocol)) + " -s " + networkOf(node, {Prefix(server.address), ""}) +
                               " --sport " + portText(server.port);
    legs.push_back({wayThrough({"PREROUTING", "INPUT"}, answer), remedy, node.isNamed(server) ? Tracking::Untracked : Tracking::New, true});
}

/// Under scope any the node's own queries leave untracked, and their answers come in so.
void addOwnExchanges(const Circumstances& node, Family family, std::vector<Leg>& legs)
{
    for (const VirtualService* service : node.virtualServices()) {
        for (const RealServer& server : service->realServers) {
            if (server.address.family() != family)
                continue;
            addOwnQuery(node, *service, server, legs);
            addOwnAnswer(node, *service, server, legs);
        }
    }
}

} // namespace

std::vector<PassedHook> wayThrough(std::initializer_list<std::string_view> chains, const PacketClass& packet)
{
    std::vector<PassedHook> way;
    for (const std::string_view chain : chains)
        way.push_back({chain, packet});
    return way;
}

std::vector<Leg> legsOf(const Circumstances& node, Family family)
{
    std::vector<Leg> legs;
    const Ends clients = clientsOf(node, family);
    if (node.answersPassHere()) {
        const Ends servers = serversOf(node, family);
        addExchanges(node, servers.away, clients.here, {false, true}, legs);
        addExchanges(node, servers.here, clients.here, {true, true}, legs);
        addExchanges(node, servers.here, clients.away, {true, false}, legs);
    }
    for (const PodSide& client : clients.here) {
        for (const Protocol protocol : node.profile().protocols)
            for (const Port port : node.profile().ports)
                addBalancedLegs(node, protocol, port, client, legs);
        addUnnamedAnswers(node, client, legs);
    }
    if (node.profile().scope == Scope::Any)
        addOwnExchanges(node, family, legs);
    if (!node.redirectsQueries(family))
        for (Leg& leg : legs)
            for (PassedHook& step : leg.way)
                step.packet.redirected = false;
    return legs;
}

} // namespace notrack
