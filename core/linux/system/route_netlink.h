#pragma once

#include "core/base/error.h"
#include "core/linux/system/netlink.h"

#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <span>

namespace notrack::netlink
{

/// Goes through one datagram's messages: visit(type, payload), which says whether to go on. False where it did not, or where a length is none.
template <typename Visit>
bool forEachMessage(std::span<const std::byte> datagram, const Visit& visit)
{
    struct Header // nlmsghdr
    {
        std::uint32_t length;
        std::uint16_t type;
        std::uint16_t flags;
        std::uint32_t sequence;
        std::uint32_t port;
    };
    while (datagram.size() >= sizeof(Header)) {
        Header header{};
        std::memcpy(&header, datagram.data(), sizeof header);
        if (header.length < sizeof header || header.length > datagram.size() ||
            !visit(header.type, datagram.subspan(sizeof header, header.length - sizeof header)))
            return false;
        datagram = datagram.subspan(std::min<std::size_t>(datagram.size(), aligned(header.length)));
    }
    return true;
}

/// The attributes after a message's fixed part, which goes into `header`; nothing where the message is too short for one.
template <typename Header>
std::optional<std::span<const std::byte>> attributesAfter(std::span<const std::byte> payload, Header& header)
{
    if (payload.size() < aligned(sizeof header))
        return std::nullopt;
    std::memcpy(&header, payload.data(), sizeof header);
    return payload.subspan(aligned(sizeof header));
}

/// Asks the kernel for everything of one kind (RTM_GETLINK, ...) and family (AF_*, 0 for all), and visits the payload of every answer.
Result<void> dumpRoute(std::uint16_t type, std::uint8_t family, const std::function<void(std::span<const std::byte> payload)>& visit);

} // namespace notrack::netlink
