#include "core/linux/system/link_events.h"

#include "core/linux/system/route_netlink.h"
#include "core/linux/system/system_error.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <span>

namespace notrack
{

namespace
{

using MessageBytes = std::span<const std::byte>;

constexpr std::size_t largestDatagram = 16'384; // a link's announcement is about 2 KiB; what is cut off says nothing that matters here

bool isOfPods(MessageBytes payload)
{
    ifinfomsg link{};
    const auto attributes = netlink::attributesAfter(payload, link);
    if (!attributes || link.ifi_family == AF_BRIDGE) // a bridge tells of its ports in messages of its own
        return attributes.has_value();
    const auto info = netlink::findAttribute(*attributes, IFLA_LINKINFO);
    return info && netlink::textAt(*info, IFLA_INFO_KIND) == "veth";
}

bool isLinkLocal(MessageBytes payload)
{
    ifaddrmsg address{};
    return netlink::attributesAfter(payload, address) && address.ifa_scope == RT_SCOPE_LINK;
}

bool matters(std::uint16_t type, MessageBytes payload)
{
    switch (type) {
    case RTM_DELLINK: // what a new one is good for its addresses tell
        return !isOfPods(payload);
    case RTM_NEWADDR:
    case RTM_DELADDR:
        return !isLinkLocal(payload);
    default:
        return false;
    }
}

/// What cannot be read may be anything.
bool anyMatters(MessageBytes datagram)
{
    return !netlink::forEachMessage(datagram, [](std::uint16_t type, MessageBytes payload) { return !matters(type, payload); });
}

} // namespace

Result<LinkEvents> LinkEvents::open()
{
    FileDescriptor file(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
    sockaddr_nl groups{};
    groups.nl_family = AF_NETLINK;
    groups.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
    if (!file.valid() || bind(file.get(), reinterpret_cast<const sockaddr*>(&groups), sizeof groups) != 0)
        return systemError(errno, "changes of links and addresses cannot be listened to", "rtnetlink");
    return LinkEvents(std::move(file));
}

Result<void> LinkEvents::wait()
{
    while (true) {
        const Result<News> news = read(0);
        if (!news)
            return tl::unexpected(news.error());
        if (*news == News::Change)
            return {};
    }
}

Result<bool> LinkEvents::drain()
{
    bool any = false;
    while (true) {
        const Result<News> news = read(MSG_DONTWAIT);
        if (!news)
            return tl::unexpected(news.error());
        if (*news == News::None)
            return any;
        any = any || *news == News::Change;
    }
}

Result<LinkEvents::News> LinkEvents::read(int flags)
{
    std::array<std::byte, largestDatagram> datagram{};
    ssize_t size = 0;
    do
        size = recv(m_file.get(), datagram.data(), datagram.size(), flags);
    while (size < 0 && errno == EINTR);
    if (size < 0 && errno == EAGAIN)
        return News::None;
    if (size < 0 && errno != ENOBUFS)
        return systemError(errno, "changes of links and addresses cannot be listened to", "rtnetlink");
    return size < 0 || anyMatters(MessageBytes(datagram).first(static_cast<std::size_t>(size))) ? News::Change : News::OfPods;
}

} // namespace notrack
