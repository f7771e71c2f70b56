#include "core/findings/pod_facts.h"

#include <algorithm>
#include <utility>

namespace notrack
{

namespace
{

const Route* routeTo(const Address& address, const std::vector<Route>& routes)
{
    const Route* best = nullptr;
    for (const Route& route : routes)
        if (route.destination.contains(address) && (best == nullptr || route.destination.length() > best->destination.length()))
            best = &route;
    return best;
}

/// Whether it leads to pods of this node, and to nowhere else.
bool leadsToPodsHere(const Route& route, const Profile& profile)
{
    return !route.viaGateway && std::any_of(profile.podCidrs.begin(), profile.podCidrs.end(), [&](const Prefix& pods) {
        return pods.contains(route.destination.address()) && pods.length() < route.destination.length();
    });
}

} // namespace

NodeFacts narrowedTo(const Address& pod, const Profile& profile, NodeFacts facts)
{
    std::vector<Address> ends{pod};
    for (const VirtualService& service : facts.virtualServices)
        if (std::find(profile.services.begin(), profile.services.end(), service.address) != profile.services.end())
            for (const RealServer& server : service.realServers)
                ends.push_back(server.address);
    std::vector<Route> narrow;
    for (const Address& end : ends) {
        const Route* const route = routeTo(end, facts.routes);
        if (route == nullptr || !leadsToPodsHere(*route, profile))
            continue;
        Route one{Prefix(end), route->interface, false};
        if (std::find(narrow.begin(), narrow.end(), one) == narrow.end())
            narrow.push_back(std::move(one));
    }
    std::erase_if(facts.routes, [&](const Route& route) { return leadsToPodsHere(route, profile); });
    facts.routes.insert(facts.routes.end(), narrow.begin(), narrow.end());
    return facts;
}

} // namespace notrack
