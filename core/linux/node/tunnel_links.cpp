#include "core/linux/node/tunnel_links.h"

#include "core/linux/system/route_netlink.h"

#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <utility>

namespace notrack
{

namespace
{

using RouteAttributes = std::span<const std::byte>;

constexpr std::size_t mostFarEnds = 256;

/// A link as the kernel tells of it.
struct FoundTunnel
{
    TunnelLink link;
    int index = 0;
    int device = 0; ///< that outer packets leave by; 0: not said
    std::optional<Address> local;
};

struct OwnAddress
{
    int index = 0;
    Address address;
    Prefix network{Address(), 0};
};

std::optional<Address> routeAddress(std::optional<RouteAttributes> value)
{
    Address::Bytes bytes{};
    if (!value || (value->size() != 4 && value->size() != bytes.size()))
        return std::nullopt;
    std::memcpy(bytes.data(), value->data(), value->size());
    return Address(value->size() == 4 ? Family::Ipv4 : Family::Ipv6, bytes);
}

/// In this machine's byte order, as links have their numbers; 0 where there is none.
int routeNumber(std::optional<RouteAttributes> value)
{
    int number = 0;
    if (value && value->size() == sizeof number)
        std::memcpy(&number, value->data(), sizeof number);
    return number;
}

std::uint16_t routePort(std::optional<RouteAttributes> value)
{
    std::uint16_t port = 0;
    if (value && value->size() == sizeof port)
        std::memcpy(&port, value->data(), sizeof port);
    return ntohs(port);
}

std::optional<FoundTunnel> readTunnel(RouteAttributes payload)
{
    ifinfomsg header{};
    const auto attributes = netlink::attributesAfter(payload, header);
    const auto info = attributes ? netlink::findAttribute(*attributes, IFLA_LINKINFO) : std::nullopt;
    const std::string kind = info ? netlink::textAt(*info, IFLA_INFO_KIND) : "";
    if (kind != "vxlan" && kind != "geneve")
        return std::nullopt;
    const RouteAttributes data = netlink::findAttribute(*info, IFLA_INFO_DATA).value_or(RouteAttributes());
    const auto find = [&](std::uint16_t vxlan) { return kind == "vxlan" ? netlink::findAttribute(data, vxlan) : std::nullopt; };
    const auto port = netlink::findAttribute(data, kind == "vxlan" ? std::uint16_t{IFLA_VXLAN_PORT} : std::uint16_t{IFLA_GENEVE_PORT});
    FoundTunnel dug{.link = {netlink::textAt(*attributes, IFLA_IFNAME), kind, Port{routePort(port)}, {}}, .index = header.ifi_index};
    dug.device = routeNumber(find(IFLA_VXLAN_LINK));
    dug.local = routeAddress(find(IFLA_VXLAN_LOCAL));
    if (!dug.local)
        dug.local = routeAddress(find(IFLA_VXLAN_LOCAL6));
    return dug.link.port.value == 0 ? std::nullopt : std::optional(dug);
}

std::vector<FoundTunnel> readTunnels()
{
    std::vector<FoundTunnel> tunnels;
    const auto done = netlink::dumpRoute(RTM_GETLINK, AF_UNSPEC, [&](RouteAttributes payload) {
        if (std::optional<FoundTunnel> tunnel = readTunnel(payload))
            tunnels.push_back(std::move(*tunnel));
    });
    return done ? tunnels : std::vector<FoundTunnel>();
}

std::vector<OwnAddress> readAddresses()
{
    std::vector<OwnAddress> addresses;
    const auto done = netlink::dumpRoute(RTM_GETADDR, AF_UNSPEC, [&](RouteAttributes payload) {
        ifaddrmsg header{};
        const auto attributes = netlink::attributesAfter(payload, header);
        if (!attributes || header.ifa_scope != RT_SCOPE_UNIVERSE)
            return;
        std::optional<Address> own = routeAddress(netlink::findAttribute(*attributes, IFA_LOCAL));
        if (!own)
            own = routeAddress(netlink::findAttribute(*attributes, IFA_ADDRESS));
        if (own)
            addresses.push_back({static_cast<int>(header.ifa_index), *own, Prefix(*own, header.ifa_prefixlen)});
    });
    return done ? addresses : std::vector<OwnAddress>();
}

using HardwareAddress = std::vector<std::byte>;

/// Who is behind a tunnel, by the neighbour table (inner address to hardware address) and the forwarding table (hardware address to outer address).
struct Peers
{
    std::map<std::pair<int, Address>, HardwareAddress> neighbours;
    std::map<std::pair<int, HardwareAddress>, Address> outer;

    std::optional<Address> of(int tunnel, const Address& inside) const
    {
        const auto neighbour = neighbours.find({tunnel, inside});
        if (neighbour == neighbours.end())
            return std::nullopt;
        auto found = outer.find({tunnel, neighbour->second});
        if (found == outer.end())
            found = outer.find({tunnel, HardwareAddress(neighbour->second.size())}); // where all that is not known goes
        return found == outer.end() ? std::nullopt : std::optional(found->second);
    }
};

Peers readPeers()
{
    Peers peers;
    const auto read = [&](std::uint8_t family) {
        return netlink::dumpRoute(RTM_GETNEIGH, family, [&](RouteAttributes payload) {
            ndmsg header{};
            const auto attributes = netlink::attributesAfter(payload, header);
            const auto hardware = attributes ? netlink::findAttribute(*attributes, NDA_LLADDR) : std::nullopt;
            const std::optional<Address> address = hardware ? routeAddress(netlink::findAttribute(*attributes, NDA_DST)) : std::nullopt;
            if (!address)
                return;
            const HardwareAddress card(hardware->begin(), hardware->end());
            if (header.ndm_family == AF_BRIDGE)
                peers.outer.emplace(std::pair(header.ndm_ifindex, card), *address);
            else
                peers.neighbours.emplace(std::pair(header.ndm_ifindex, *address), card);
        });
    };
    return read(AF_UNSPEC) && read(AF_BRIDGE) ? peers : Peers();
}

template <typename Item>
void addNew(std::vector<Item>& items, const Item& item)
{
    if (std::find(items.begin(), items.end(), item) == items.end())
        items.push_back(item);
}

} // namespace

std::vector<TunnelLink> readTunnelLinks()
{
    std::vector<TunnelLink> links;
    std::vector<FoundTunnel> tunnels = readTunnels();
    const std::vector<OwnAddress> addresses = tunnels.empty() ? std::vector<OwnAddress>() : readAddresses();
    for (FoundTunnel& tunnel : tunnels) {
        for (const OwnAddress& own : addresses) {
            if (tunnel.local ? own.address == *tunnel.local : own.index == tunnel.device)
                addNew(tunnel.link.underlay, own.network);
        }
        links.push_back(std::move(tunnel.link));
    }
    return links;
}

std::vector<FarEnd> readFarEnds(const std::vector<Port>& ports)
{
    std::vector<FoundTunnel> tunnels = readTunnels();
    std::erase_if(tunnels,
                  [&](const FoundTunnel& tunnel) { return std::find(ports.begin(), ports.end(), tunnel.link.port) == ports.end(); });
    std::vector<FarEnd> ends;
    if (tunnels.empty())
        return ends;
    const std::vector<OwnAddress> addresses = readAddresses();
    const Peers peers = readPeers();
    const auto done = netlink::dumpRoute(RTM_GETROUTE, AF_UNSPEC, [&](RouteAttributes payload) {
        rtmsg header{};
        const auto attributes = netlink::attributesAfter(payload, header);
        if (!attributes || header.rtm_table != RT_TABLE_MAIN || header.rtm_type != RTN_UNICAST || ends.size() >= mostFarEnds)
            return;
        const int out = routeNumber(netlink::findAttribute(*attributes, RTA_OIF));
        const std::optional<Address> gateway = routeAddress(netlink::findAttribute(*attributes, RTA_GATEWAY));
        const auto tunnel = std::find_if(tunnels.begin(), tunnels.end(), [=](const FoundTunnel& one) { return one.index == out; });
        if (!gateway || tunnel == tunnels.end())
            return;
        FarEnd end{*gateway, tunnel->link.port, tunnel->local, peers.of(out, *gateway)};
        for (const OwnAddress& own : addresses)
            if (!end.own && end.peer && own.index == tunnel->device && own.address.family() == end.peer->family())
                end.own = own.address;
        addNew(ends, end);
    });
    return done ? ends : std::vector<FarEnd>();
}

} // namespace notrack
