#include "core/linux/node/ip_sets.h"

#include "core/linux/system/netlink.h"

#include <linux/netfilter.h>
#include <linux/netfilter/ipset/ip_set.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <unistd.h>

#include <arpa/inet.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <string>
#include <utility>

namespace notrack
{

namespace
{

using Attributes = std::span<const std::byte>;

constexpr std::uint8_t oldestSetProtocol = 6;  ///< of Linux 2.6.39, which all later kernels speak
constexpr std::uint16_t attributeBitmask = 12; ///< IPSET_ATTR_BITMASK, of Linux 6.3

std::optional<std::uint8_t> smallAt(Attributes attributes, std::uint16_t type)
{
    const auto value = netlink::findAttribute(attributes, type);
    return value && value->size() == 1 ? std::optional(std::to_integer<std::uint8_t>(value->front())) : std::nullopt;
}

std::optional<Port> setPortAt(Attributes attributes, std::uint16_t type)
{
    const auto value = netlink::findAttribute(attributes, type);
    std::uint16_t number = 0;
    if (!value || value->size() != sizeof number)
        return std::nullopt;
    std::memcpy(&number, value->data(), sizeof number);
    return Port{ntohs(number)};
}

/// IPSET_ATTR_IP holds one of two, by its family.
std::optional<Address> setAddressAt(Attributes attributes, std::uint16_t type)
{
    const auto nested = netlink::findAttribute(attributes, type);
    if (!nested)
        return std::nullopt;
    std::optional<Address> address;
    netlink::forEachAttribute(*nested, [&](std::uint16_t kind, Attributes value) {
        Address::Bytes bytes{};
        const bool isIpv4 = kind == IPSET_ATTR_IPADDR_IPV4;
        if (value.size() != (isIpv4 ? 4U : 16U))
            return;
        std::memcpy(bytes.data(), value.data(), value.size());
        address = Address(isIpv4 ? Family::Ipv4 : Family::Ipv6, bytes);
    });
    return address;
}

std::optional<Prefix> setNetworkAt(Attributes attributes, std::uint16_t address, std::uint16_t length, std::optional<std::uint8_t> mask)
{
    const std::optional<Address> found = setAddressAt(attributes, address);
    if (!found)
        return std::nullopt;
    const std::optional<std::uint8_t> own = smallAt(attributes, length);
    return Prefix(*found, own ? *own : mask ? *mask : found->bits());
}

/// A set as its header tells of it, and how many name it.
struct Header
{
    IpSet set;
    std::uint32_t references = 0;
    std::optional<std::uint8_t> mask; ///< of addresses in sets of addresses
};

void readHeaderData(Attributes data, Header& header)
{
    header.references = netlink::numberAt(data, IPSET_ATTR_REFERENCES).value_or(0);
    header.mask = smallAt(data, IPSET_ATTR_NETMASK);
    if (netlink::numberAt(data, IPSET_ATTR_ELEMENTS).value_or(0) > mostSetElements)
        header.set.unread = "more than " + std::to_string(mostSetElements) + " elements";
    if (netlink::numberAt(data, IPSET_ATTR_TIMEOUT).value_or(0) != 0)
        header.set.unread = "its elements expire";
    const bool isMaskOfNetworks = header.mask && (header.set.type.find("net") != std::string::npos);
    if (isMaskOfNetworks || netlink::findAttribute(data, attributeBitmask))
        header.set.unread = "it masks what it is asked for";
}

std::optional<Header> readSetHeader(const netlink::Answer& answer)
{
    const auto data = netlink::findAttribute(answer.attributes, IPSET_ATTR_DATA);
    if (!data)
        return std::nullopt;
    Header header;
    header.set.name = netlink::textAt(answer.attributes, IPSET_ATTR_SETNAME);
    header.set.type = netlink::textAt(answer.attributes, IPSET_ATTR_TYPENAME);
    const std::uint8_t family = smallAt(answer.attributes, IPSET_ATTR_FAMILY).value_or(NFPROTO_UNSPEC);
    if (family == NFPROTO_IPV4 || family == NFPROTO_IPV6)
        header.set.family = family == NFPROTO_IPV4 ? Family::Ipv4 : Family::Ipv6;
    readHeaderData(*data, header);
    if (fieldsOfSetType(header.set.type).empty())
        header.set.unread = "sets of this type are not read";
    return header;
}

/// Ports that follow one another are one range: a bitmap may hold all of them.
bool joinsLast(const IpSetElement& element, const std::vector<IpSetElement>& elements)
{
    if (element.network || !element.ports || elements.empty() || !elements.back().ports || element.passing || elements.back().passing)
        return false;
    return elements.back().ports->last.value + 1 == element.ports->first.value;
}

void takeElement(Attributes data, Header& header)
{
    IpSet& set = header.set;
    if (set.type == "list:set") {
        const bool stays = netlink::numberAt(data, IPSET_ATTR_TIMEOUT).value_or(0) == 0;
        set.members.push_back(stays ? netlink::textAt(data, IPSET_ATTR_NAME) : std::string()); // a name that no set has
        return;
    }
    IpSetElement element;
    element.network = setNetworkAt(data, IPSET_ATTR_IP, IPSET_ATTR_CIDR, header.mask);
    element.other = setNetworkAt(data, IPSET_ATTR_IP2, IPSET_ATTR_CIDR2, std::nullopt);
    if (const std::optional<Port> port = setPortAt(data, IPSET_ATTR_PORT))
        element.ports = PortRange::of(*port);
    element.protocol = smallAt(data, IPSET_ATTR_PROTO).value_or(0);
    element.except = (netlink::numberAt(data, IPSET_ATTR_CADT_FLAGS).value_or(0) & std::uint32_t{IPSET_FLAG_NOMATCH}) != 0;
    element.passing = netlink::numberAt(data, IPSET_ATTR_TIMEOUT).value_or(0) != 0;
    if (joinsLast(element, set.elements))
        set.elements.back().ports->last = element.ports->last;
    else
        set.elements.push_back(element);
}

class SetReader
{
public:
    explicit SetReader(netlink::Socket socket) : m_socket(std::move(socket)) {}

    Result<std::vector<IpSet>> read()
    {
        std::vector<Header> headers;
        const Result<void> listed = list({}, [&](const netlink::Answer& answer) {
            std::optional<Header> header = readSetHeader(answer);
            if (header && header->references > 0)
                headers.push_back(std::move(*header));
        });
        if (!listed)
            return tl::unexpected(listed.error());
        std::vector<IpSet> sets;
        for (Header& header : headers) {
            if (const Result<void> read = readElements(header); !read)
                return tl::unexpected(read.error());
            sets.push_back(std::move(header.set));
        }
        return sets;
    }

private:
    Result<void> readElements(Header& header)
    {
        IpSet& set = header.set;
        if (!set.unread.empty())
            return {};
        const std::size_t room = std::min(mostSetElements, mostElementsOfSets - m_elements);
        const Result<void> read = list(set.name, [&](const netlink::Answer& answer) {
            const auto elements = netlink::findAttribute(answer.attributes, IPSET_ATTR_ADT);
            if (elements)
                netlink::forEachAttribute(*elements, [&](std::uint16_t /*type*/, Attributes data) {
                    if (set.elements.size() <= room)
                        takeElement(data, header);
                });
        });
        if (!read)
            return read;
        if (set.elements.size() > room) {
            set.elements = {};
            set.unread = "too many elements";
        }
        m_elements += set.elements.size();
        return {};
    }

    /// The set of that name with its elements, or all headers.
    Result<void> list(const std::string& name, const netlink::Visitor& visit)
    {
        netlink::AttributeWriter attributes;
        attributes.bytes(IPSET_ATTR_PROTOCOL, std::as_bytes(std::span(&oldestSetProtocol, 1)));
        if (name.empty())
            attributes.number(IPSET_ATTR_FLAGS, IPSET_FLAG_LIST_HEADER);
        else
            attributes.text(IPSET_ATTR_SETNAME, name);
        netlink::NetfilterRequest request;
        request.subsystem = NFNL_SUBSYS_IPSET;
        request.type = IPSET_CMD_LIST;
        request.flags = NLM_F_DUMP;
        request.written = attributes.written();
        const Result<netlink::Outcome> outcome = m_socket.ask(request, visit);
        if (!outcome)
            return tl::unexpected(outcome.error());
        if (outcome->error == EPERM || outcome->error == EACCES)
            return makeError(ErrorKind::NotPermitted, "reading ipsets needs CAP_NET_ADMIN", "ip_set");
        if (outcome->error != 0)
            return makeError(ErrorKind::Failed, std::string("the kernel does not list its sets: ") + std::strerror(outcome->error),
                             "ip_set");
        return {};
    }

    netlink::Socket m_socket;
    std::size_t m_elements = 0;
};

} // namespace

Result<std::vector<IpSet>> readIpSets()
{
    if (access("/sys/module/ip_set", F_OK) != 0) // to ask would load it
        return std::vector<IpSet>{};
    Result<netlink::Socket> socket = netlink::Socket::open();
    if (!socket)
        return tl::unexpected(socket.error());
    return SetReader(std::move(*socket)).read();
}

} // namespace notrack
