#include "core/linux/dns/conntrack_lookup.h"

#include "core/linux/dns/socket_address.h"
#include "core/linux/system/kernel_modules.h"

#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <utility>

namespace notrack
{

namespace
{

void writeAddress(netlink::AttributeWriter& attributes, std::uint16_t type, const Address& address)
{
    attributes.bytes(type, std::as_bytes(std::span(address.bytes()).first(static_cast<std::size_t>(address.bits()) / 8)));
}

void writePort(netlink::AttributeWriter& attributes, std::uint16_t type, Port port)
{
    const std::uint16_t network = htons(port.value);
    attributes.bytes(type, std::as_bytes(std::span(&network, 1)));
}

void writeTuple(netlink::AttributeWriter& attributes, const QueryTuple& tuple)
{
    const bool ipv4 = tuple.source.family() == Family::Ipv4;
    attributes.nested(CTA_TUPLE_IP, [&] {
        writeAddress(attributes, ipv4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC, tuple.source);
        writeAddress(attributes, ipv4 ? CTA_IP_V4_DST : CTA_IP_V6_DST, tuple.destination);
    });
    attributes.nested(CTA_TUPLE_PROTO, [&] {
        const std::uint8_t number = tuple.protocol == Protocol::Udp ? IPPROTO_UDP : IPPROTO_TCP;
        attributes.bytes(CTA_PROTO_NUM, std::as_bytes(std::span(&number, 1)));
        writePort(attributes, CTA_PROTO_SRC_PORT, tuple.sourcePort);
        writePort(attributes, CTA_PROTO_DST_PORT, tuple.destinationPort);
    });
}

bool holds(std::span<const std::byte> attributes, std::uint16_t type, std::span<const std::byte> value)
{
    const auto found = netlink::findAttribute(attributes, type);
    return found && std::equal(found->begin(), found->end(), value.begin(), value.end());
}

/// The kernel finds an entry by either of its directions: one that the answer began is not the query's.
bool beganSo(std::span<const std::byte> entry, const QueryTuple& tuple)
{
    const auto original = netlink::findAttribute(entry, CTA_TUPLE_ORIG);
    netlink::AttributeWriter wanted;
    writeTuple(wanted, tuple);
    const auto both = [&](std::uint16_t part, std::uint16_t type) {
        const auto found = netlink::findAttribute(*original, part);
        const auto expected = netlink::findAttribute(wanted.written(), part);
        const auto value = expected ? netlink::findAttribute(*expected, type) : std::nullopt;
        return found && value && holds(*found, type, *value);
    };
    const std::uint16_t source = tuple.source.family() == Family::Ipv4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC;
    return original && both(CTA_TUPLE_IP, source) && both(CTA_TUPLE_PROTO, CTA_PROTO_SRC_PORT);
}

} // namespace

bool ConntrackLookup::open()
{
    if (!m_socket && hasConntrack())
        if (Result<netlink::Socket> opened = netlink::Socket::open())
            m_socket.emplace(std::move(*opened));
    return m_socket.has_value();
}

std::optional<bool> ConntrackLookup::has(const QueryTuple& tuple)
{
    if (!m_socket && !hasConntrack())
        return false;
    if (!open())
        return std::nullopt;
    bool began = false;
    const std::optional<int> outcome =
        ask(IPCTNL_MSG_CT_GET, tuple, [&](const netlink::Answer& entry) { began = beganSo(entry.attributes, tuple); });
    if (!outcome || (*outcome != 0 && *outcome != ENOENT))
        return std::nullopt;
    return began;
}

void ConntrackLookup::forget(const QueryTuple& tuple)
{
    ask(IPCTNL_MSG_CT_DELETE, tuple, [](const netlink::Answer&) {});
}

std::optional<int> ConntrackLookup::ask(std::uint8_t message, const QueryTuple& tuple, const netlink::Visitor& visit)
{
    if (!m_socket || tuple.source.family() != tuple.destination.family())
        return std::nullopt;
    netlink::AttributeWriter attributes;
    attributes.nested(CTA_TUPLE_ORIG, [&] { writeTuple(attributes, tuple); });
    netlink::NetfilterRequest request;
    request.subsystem = NFNL_SUBSYS_CTNETLINK;
    request.type = message;
    request.flags = NLM_F_ACK; // so that what was found is followed by an end
    request.family = static_cast<std::uint8_t>(toDomain(tuple.source.family()));
    request.written = attributes.written();
    const auto outcome = m_socket->ask(request, visit);
    if (!outcome)
        m_socket.reset(); // whatever still comes belongs to no later question
    return outcome ? std::optional(outcome->error) : std::nullopt;
}

} // namespace notrack
