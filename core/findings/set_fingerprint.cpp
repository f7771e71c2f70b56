#include "core/findings/set_fingerprint.h"

#include "core/base/fingerprint.h"
#include "core/findings/packet_class.h"

#include <algorithm>

namespace notrack
{

namespace
{

/// Networks that are looked for among many others.
class SoughtNetworks
{
public:
    void add(const Prefix& network) { m_networks.push_back(network); }

    void finish()
    {
        std::sort(m_networks.begin(), m_networks.end());
        for (const Prefix& network : m_networks)
            if (std::find(m_lengths.begin(), m_lengths.end(), network.length()) == m_lengths.end())
                m_lengths.push_back(network.length());
    }

    /// Whether one of them and the network have addresses in common.
    bool overlap(const Prefix& network) const
    {
        const auto inside = std::lower_bound(m_networks.begin(), m_networks.end(), network);
        if (inside != m_networks.end() && network.contains(inside->address()))
            return true;
        return std::any_of(m_lengths.begin(), m_lengths.end(), [&](int length) {
            return length < network.length() && std::binary_search(m_networks.begin(), m_networks.end(), Prefix(network.address(), length));
        });
    }

private:
    std::vector<Prefix> m_networks;
    std::vector<int> m_lengths; ///< of those, each once
};

SoughtNetworks networksOfPackets(const Profile& profile, const NodeFacts& facts)
{
    SoughtNetworks networks;
    std::for_each(profile.podCidrs.begin(), profile.podCidrs.end(), [&](const Prefix& one) { networks.add(one); });
    std::for_each(facts.localPrefixes.begin(), facts.localPrefixes.end(), [&](const Prefix& one) { networks.add(one); });
    for (const Tunnel& tunnel : profile.tunnels)
        std::for_each(tunnel.peers.begin(), tunnel.peers.end(), [&](const Prefix& one) { networks.add(one); });
    for (const Address& service : profile.services)
        networks.add(Prefix(service));
    for (const VirtualService& service : facts.virtualServices)
        for (const RealServer& server : service.realServers)
            networks.add(Prefix(server.address));
    networks.finish();
    return networks;
}

/// Whether packets of the profile have one of these ports.
bool usesPorts(const Profile& profile, const NodeFacts& facts, const IpSetElement& element)
{
    if (!element.ports)
        return true;
    const auto has = [&](Port port) { return element.ports->contains(port); };
    const bool isUdp = element.protocol == 0 || element.protocol == 17; // IPPROTO_*
    if (isUdp && std::any_of(profile.tunnels.begin(), profile.tunnels.end(), [&](const Tunnel& tunnel) { return has(tunnel.port); }))
        return true;
    const bool isOfDns = std::any_of(profile.protocols.begin(), profile.protocols.end(), [&](Protocol protocol) {
        return protocol == Protocol::Udp ? isUdp : element.protocol == 0 || element.protocol == 6;
    });
    if (!isOfDns && (!isUdp || profile.tunnels.empty()))
        return false;
    if (isIn(*element.ports, std::nullopt) != Certainty::No || std::any_of(profile.ports.begin(), profile.ports.end(), has))
        return true;
    return std::any_of(facts.virtualServices.begin(), facts.virtualServices.end(), [&](const VirtualService& service) {
        return has(service.port) || std::any_of(service.realServers.begin(), service.realServers.end(),
                                                [&](const RealServer& server) { return has(server.port); });
    });
}

template <typename IsWanted>
bool everyNetwork(const IpSetElement& element, const IsWanted& isWanted)
{
    return (!element.network || isWanted(*element.network)) && (!element.other || isWanted(*element.other));
}

template <typename Counts>
std::string hashOfSets(const std::vector<IpSet>& sets, const Counts& counts)
{
    std::vector<std::string> texts;
    for (const IpSet& set : sets) {
        std::vector<IpSetElement> elements;
        std::copy_if(set.elements.begin(), set.elements.end(), std::back_inserter(elements), counts);
        std::sort(elements.begin(), elements.end());
        std::vector<std::string> members = set.members;
        std::sort(members.begin(), members.end());
        std::string text = set.name + " " + set.type + " " + set.unread + "\n";
        for (const IpSetElement& element : elements)
            text += toText(element) + "\n";
        for (const std::string& member : members)
            text += member + "\n";
        texts.push_back(std::move(text));
    }
    std::sort(texts.begin(), texts.end());
    std::string all;
    for (const std::string& text : texts)
        all += text;
    return all.empty() ? std::string() : fingerprintOf(all);
}

} // namespace

std::string setsFingerprint(const std::vector<IpSet>& sets, const Profile& profile, const NodeFacts& facts)
{
    const SoughtNetworks networks = networksOfPackets(profile, facts);
    return hashOfSets(sets, [&](const IpSetElement& element) {
        return usesPorts(profile, facts, element) && everyNetwork(element, [&](const Prefix& one) { return networks.overlap(one); });
    });
}

std::string lastingSetsFingerprint(const NodeFacts& facts)
{
    std::vector<Address> known;
    for (const VirtualService& service : facts.virtualServices) {
        known.push_back(service.address);
        for (const RealServer& server : service.realServers)
            known.push_back(server.address);
    }
    std::sort(known.begin(), known.end());
    return hashOfSets(facts.ipSets, [&](const IpSetElement& element) {
        return everyNetwork(element, [&](const Prefix& one) {
            return !one.isOneAddress() || std::binary_search(known.begin(), known.end(), one.address());
        });
    });
}

} // namespace notrack
