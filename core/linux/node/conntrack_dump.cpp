#include "core/linux/node/conntrack_dump.h"

#include "core/linux/system/kernel_modules.h"
#include "core/linux/system/netlink.h"

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>

#include <cstring>
#include <string>

namespace notrack
{

namespace
{

void readAddressInto(Address& address, std::span<const std::byte> value)
{
    Address::Bytes bytes{};
    if (value.size() != 4 && value.size() != bytes.size())
        return;
    std::memcpy(bytes.data(), value.data(), value.size());
    address = Address(value.size() == 4 ? Family::Ipv4 : Family::Ipv6, bytes);
}

void readPortInto(Port& port, std::span<const std::byte> value)
{
    if (value.size() == 2)
        port.value = static_cast<std::uint16_t>(std::to_integer<unsigned>(value[0]) << 8U | std::to_integer<unsigned>(value[1]));
}

/// One direction of an entry.
struct Direction
{
    std::uint8_t protocol = 0;
    Address source;
    Address destination;
    Port sourcePort;
    Port destinationPort;
};

void readAddresses(std::span<const std::byte> attributes, Direction& direction)
{
    netlink::forEachAttribute(attributes, [&](std::uint16_t type, std::span<const std::byte> value) {
        if (type == CTA_IP_V4_SRC || type == CTA_IP_V6_SRC)
            readAddressInto(direction.source, value);
        else if (type == CTA_IP_V4_DST || type == CTA_IP_V6_DST)
            readAddressInto(direction.destination, value);
    });
}

void readTransport(std::span<const std::byte> attributes, Direction& direction)
{
    netlink::forEachAttribute(attributes, [&](std::uint16_t type, std::span<const std::byte> value) {
        if (type == CTA_PROTO_NUM && value.size() == 1)
            direction.protocol = std::to_integer<std::uint8_t>(value[0]);
        else if (type == CTA_PROTO_SRC_PORT)
            readPortInto(direction.sourcePort, value);
        else if (type == CTA_PROTO_DST_PORT)
            readPortInto(direction.destinationPort, value);
    });
}

Direction readDirection(std::span<const std::byte> attributes)
{
    Direction direction;
    netlink::forEachAttribute(attributes, [&](std::uint16_t part, std::span<const std::byte> content) {
        if (part == CTA_TUPLE_IP)
            readAddresses(content, direction);
        else if (part == CTA_TUPLE_PROTO)
            readTransport(content, direction);
    });
    return direction;
}

void readTcpState(std::span<const std::byte> attributes, Flow& flow)
{
    const auto tcp = netlink::findAttribute(attributes, CTA_PROTOINFO_TCP);
    const auto state = tcp ? netlink::findAttribute(*tcp, CTA_PROTOINFO_TCP_STATE) : std::nullopt;
    if (state && state->size() == 1)
        flow.tcpState = std::to_integer<std::uint8_t>(state->front());
}

} // namespace

std::optional<Flow> readFlow(std::span<const std::byte> attributes)
{
    Flow flow;
    netlink::forEachAttribute(attributes, [&](std::uint16_t type, std::span<const std::byte> value) {
        if (type == CTA_TUPLE_ORIG) {
            const Direction query = readDirection(value);
            flow.protocol = query.protocol;
            flow.source = query.source;
            flow.destination = query.destination;
            flow.sourcePort = query.sourcePort;
            flow.destinationPort = query.destinationPort;
        } else if (type == CTA_TUPLE_REPLY) {
            const Direction reply = readDirection(value);
            flow.replySource = reply.source;
            flow.replySourcePort = reply.sourcePort;
        } else if (type == CTA_PROTOINFO && flow.protocol == tcpNumber) {
            readTcpState(value, flow);
        }
    });
    return flow.protocol != 0 && flow.source.family() == flow.destination.family() ? std::optional(flow) : std::nullopt;
}

Result<void> forEachFlow(const std::function<void(const Flow&)>& take)
{
    if (!hasConntrack())
        return {};
    Result<netlink::Socket> socket = netlink::Socket::open();
    if (!socket)
        return tl::unexpected(socket.error());
    netlink::NetfilterRequest request;
    request.subsystem = NFNL_SUBSYS_CTNETLINK;
    request.type = IPCTNL_MSG_CT_GET;
    request.flags = NLM_F_DUMP;
    const Result<netlink::Outcome> outcome = socket->ask(request, [&](const netlink::Answer& entry) {
        if (const std::optional<Flow> flow = readFlow(entry.attributes))
            take(*flow);
    });
    if (!outcome)
        return tl::unexpected(outcome.error());
    if (outcome->error == EPERM || outcome->error == EACCES)
        return makeError(ErrorKind::NotPermitted, "counting its entries needs CAP_NET_ADMIN", "nf_conntrack");
    if (outcome->error != 0)
        return makeError(ErrorKind::Failed, std::string("the kernel does not list its entries: ") + std::strerror(outcome->error),
                         "nf_conntrack");
    return {};
}

} // namespace notrack
