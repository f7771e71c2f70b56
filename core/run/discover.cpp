#include "core/run/discover.h"

#include <algorithm>

namespace notrack
{

namespace
{

const std::string whereNetworksAre = "(kube-controller-manager's --cluster-cidr, or the CNI's pools)";
const std::string standardName = "kubernetes.default.svc.";

/// One line of a YAML list; `chosen` is false for what is only told of.
struct Item
{
    std::string value;
    Family family = Family::Ipv4;
    std::string comment;
    bool chosen = true;
    bool balanced = false; ///< a service that IPVS of this node holds
};

const VirtualService* findBalanced(const NodeClues& clues, const Address& address, Protocol protocol)
{
    const auto found = std::find_if(clues.virtualServices.begin(), clues.virtualServices.end(), [&](const VirtualService& one) {
        return one.address == address && one.port == dnsPort && one.protocol == protocol;
    });
    return found == clues.virtualServices.end() ? nullptr : &*found;
}

/// 169.254.0.0/16: the address of NodeLocal DNSCache, which no IPVS balances.
bool isNodeLocal(const Address& address)
{
    return address.family() == Family::Ipv4 && address.bytes()[0] == 169 && address.bytes()[1] == 254;
}

void addItem(std::vector<Item>& items, Item item)
{
    const auto known = std::find_if(items.begin(), items.end(), [&](const Item& one) { return one.value == item.value; });
    if (known == items.end())
        items.push_back(std::move(item));
    else if (known->comment.find(item.comment) == std::string::npos)
        known->comment += "; " + item.comment;
}

std::string describeBalancing(const NodeClues& clues, const Address& address)
{
    if (isNodeLocal(address))
        return "; NodeLocal DNSCache, which IPVS does not balance";
    if (findBalanced(clues, address, Protocol::Udp) != nullptr)
        return "; IPVS balances it";
    return "; but IPVS on this node does not balance it: see `dns-notrack doctor`";
}

std::vector<Item> findServices(const NodeClues& clues)
{
    std::vector<Item> items;
    for (const Clue<Address>& clue : clues.clusterDns)
        addItem(items, {toText(clue.value), clue.value.family(), clue.source, !isNodeLocal(clue.value)});
    for (Item& item : items)
        if (const Result<Address> address = readAddress(item.value)) {
            item.comment += describeBalancing(clues, *address);
            item.balanced = findBalanced(clues, *address, Protocol::Udp) != nullptr;
        }
    const bool named = std::any_of(items.begin(), items.end(), [](const Item& item) { return item.chosen; });
    for (const VirtualService& service : clues.virtualServices) {
        const std::string value = toText(service.address);
        const bool known = std::any_of(items.begin(), items.end(), [&](const Item& item) { return item.value == value; });
        if (!known && service.port == dnsPort && service.protocol == Protocol::Udp)
            addItem(items, {value, service.address.family(), "IPVS balances port 53 there", !named, true});
    }
    return items;
}

std::vector<Item> findNetworks(const NodeClues& clues)
{
    std::vector<Item> items;
    for (const Clue<Prefix>& clue : clues.clusterNetworks)
        addItem(items, {toText(clue.value), clue.value.family(), clue.source});
    const bool clusterWide = !items.empty();
    if (!clusterWide && clues.layout.empty())
        for (const Clue<Prefix>& clue : clues.serverNetworks)
            addItem(items, {toText(clue.value), clue.value.family(), clue.source});
    if (!clusterWide)
        for (const Clue<Prefix>& clue : clues.nodeNetworks)
            addItem(items, {toText(clue.value), clue.value.family(), "this node's part only: " + clue.source, false});
    return items;
}

bool hasFamily(const std::vector<Item>& items, Family family)
{
    return std::any_of(items.begin(), items.end(), [&](const Item& item) { return item.chosen && item.family == family; });
}

bool covers(const std::vector<Item>& networks, const Address& address)
{
    return std::any_of(networks.begin(), networks.end(), [&](const Item& item) {
        const Result<Prefix> prefix = readPrefix(item.value);
        return item.chosen && prefix && prefix->contains(address);
    });
}

/// Networks of a family are only told of where none of them holds a real server of the services: they are not those of the pods.
void dropWithoutServers(const NodeClues& clues, const std::vector<Item>& services, std::vector<Item>& networks)
{
    for (const Family family : allFamilies) {
        bool any = false;
        bool held = false;
        for (const VirtualService& service : clues.virtualServices) {
            const bool chosen = service.port == dnsPort && std::any_of(services.begin(), services.end(), [&](const Item& item) {
                                    return item.chosen && item.value == toText(service.address);
                                });
            for (const RealServer& server : service.realServers) {
                if (!chosen || server.address.family() != family)
                    continue;
                any = true;
                held = held || covers(networks, server.address);
            }
        }
        for (Item& item : networks)
            if (any && !held && item.chosen && item.family == family) {
                item.chosen = false;
                item.comment += "; left out since it holds none of the real servers";
            }
    }
}

/// A profile must name services and networks of the same families; a service that IPVS balances is left for a person to complete.
void keepMatching(std::vector<Item>& items, const std::vector<Item>& others, const std::string& missing)
{
    for (Item& item : items) {
        const bool othersEmpty = !hasFamily(others, Family::Ipv4) && !hasFamily(others, Family::Ipv6);
        if (!item.chosen || item.balanced || othersEmpty || hasFamily(others, item.family))
            continue;
        item.chosen = false;
        item.comment += "; left out since no " + missing + " of its family was found";
    }
}

std::string writeList(const std::string& key, const std::vector<Item>& items, const std::string& notFound)
{
    const bool any = std::any_of(items.begin(), items.end(), [](const Item& item) { return item.chosen; });
    std::string text = any ? key + ":\n" : "# NOT FOUND: " + notFound + "\n" + key + ": []\n";
    for (const Item& item : items)
        text += std::string(item.chosen ? "  - \"" : "  # - \"") + item.value + "\" # " + item.comment + "\n";
    return text;
}

/// Real servers of the chosen services that none of the chosen networks holds.
std::string writeUncovered(const NodeClues& clues, const std::vector<Item>& services, const std::vector<Item>& networks)
{
    std::string text;
    for (const VirtualService& service : clues.virtualServices) {
        const bool chosen = std::any_of(services.begin(), services.end(), [&](const Item& item) {
            return item.chosen && item.value == toText(service.address) && service.port == dnsPort;
        });
        for (const RealServer& server : service.realServers)
            if (chosen && service.protocol == Protocol::Udp && !covers(networks, server.address))
                text += "# NOTE: the real server " + toText(server.address) + " of " + toText(service.address) +
                        " is in none of these networks.\n";
    }
    return text;
}

std::string writeProtocols(const NodeClues& clues, const std::vector<Item>& services)
{
    const bool tcp = std::any_of(services.begin(), services.end(), [&](const Item& item) {
        const Result<Address> address = readAddress(item.value);
        return item.chosen && address && findBalanced(clues, *address, Protocol::Tcp) != nullptr;
    });
    return tcp ? "# protocols: [udp, tcp] # IPVS balances TCP as well; UDP alone is the default\n" : "";
}

/// Text from the node's files ends up in comments: one line, printable.
std::string printable(std::string text)
{
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; }, '?');
    return text;
}

/// The overlays, for a person to complete: a node knows its own networks only.
std::string writeTunnels(const NodeClues& clues)
{
    if (clues.tunnels.empty())
        return "";
    std::string text =
        "# tunnels: # these overlays' outer packets go untracked as well; name the networks of all nodes, and read about it first\n";
    for (const TunnelLink& tunnel : clues.tunnels) {
        std::string peers;
        for (const Prefix& network : tunnel.underlay)
            peers += (peers.empty() ? "\"" : ", \"") + toText(network) + "\"";
        text += "#   - { port: " + std::to_string(tunnel.port.value) + ", peers: [" + peers + "] } # " + tunnel.kind + " " +
                printable(tunnel.interface) + "\n";
    }
    return text;
}

std::string writeSafety(const NodeClues& clues)
{
    if (clues.layout.empty())
        return "# The probe asks for a name that only Kubernetes knows unless you give another one; any answer will "
               "do.\n"
               "# safety: { probe: { name: example.org } }\n";
    if (!clues.clusterDomain || *clues.clusterDomain == "cluster.local")
        return "";
    return "safety: { probe: { name: \"" + standardName + *clues.clusterDomain + "\" } } # clusterDomain of the kubelet\n";
}

/// Families whose services are found and whose networks are not, while those of another family are.
std::string writeMissing(const std::vector<Item>& services, const std::vector<Item>& networks)
{
    std::string text;
    for (const Family family : allFamilies) {
        const Family other = family == Family::Ipv4 ? Family::Ipv6 : Family::Ipv4;
        if (hasFamily(services, family) && !hasFamily(networks, family) && hasFamily(networks, other))
            text += std::string("# NOT FOUND: the ") + (family == Family::Ipv4 ? "IPv4" : "IPv6") + " pod networks of the whole cluster " +
                    whereNetworksAre + ". Add them under podCIDRs.\n";
    }
    return text;
}

} // namespace

std::string writeProfile(const NodeClues& clues)
{
    std::vector<Item> services = findServices(clues);
    std::vector<Item> networks = findNetworks(clues);
    dropWithoutServers(clues, services, networks);
    const std::vector<Item> found = services;
    keepMatching(services, networks, "pod network");
    keepMatching(networks, found, "DNS service");

    std::string text = "# Written by `dns-notrack discover` on " + printable(clues.node) + ". Read it before you apply it.\n";
    text += writeMissing(services, networks);
    text += "version: 1\n";
    if (!clues.layout.empty())
        text += "name: " + clues.layout + "\n";
    text +=
        writeList("services", services, "the virtual IPs of the DNS service (kubectl -n kube-system get service kube-dns; ipvsadm -Ln)");
    text += writeList("podCIDRs", networks, "the pod networks of the whole cluster " + whereNetworksAre);
    if (clues.layout.empty() && hasFamily(networks, Family::Ipv4))
        text += "# NOTE: these networks hold the real servers. Add those of the clients, which a node cannot know.\n";
    text += writeUncovered(clues, services, networks);
    text += writeProtocols(clues, services);
    text += "# scope: pods # the default; read about `any` before you choose it\n";
    text += writeTunnels(clues);
    text += writeSafety(clues);
    for (const std::string& line : clues.unread)
        text += "# NOT READ: " + printable(line) + "\n";
    return text;
}

} // namespace notrack
