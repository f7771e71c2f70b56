#include "core/net/nft_operand_text.h"

#include "core/net/ip.h"

#include <algorithm>
#include <array>
#include <bit>
#include <string_view>
#include <utility>

namespace notrack::nf_tables
{

namespace
{

struct Field
{
    PayloadBase base;
    std::uint32_t network; ///< 0 for any
    std::uint32_t offset;
    std::uint32_t length;
    std::string_view name;
    Notation notation;
};

/// RFC 791, RFC 8200, RFC 768 and RFC 9293: whole bytes only.
constexpr std::array fields{
    Field{PayloadBase::Network, ipv4, 2, 2, "ip length", Notation::Number},
    Field{PayloadBase::Network, ipv4, 8, 1, "ip ttl", Notation::Number},
    Field{PayloadBase::Network, ipv4, 9, 1, "ip protocol", Notation::Transport},
    Field{PayloadBase::Network, ipv4, 12, 4, "ip saddr", Notation::Ipv4},
    Field{PayloadBase::Network, ipv4, 16, 4, "ip daddr", Notation::Ipv4},
    Field{PayloadBase::Network, ipv6, 6, 1, "ip6 nexthdr", Notation::Transport},
    Field{PayloadBase::Network, ipv6, 7, 1, "ip6 hoplimit", Notation::Number},
    Field{PayloadBase::Network, ipv6, 8, 16, "ip6 saddr", Notation::Ipv6},
    Field{PayloadBase::Network, ipv6, 24, 16, "ip6 daddr", Notation::Ipv6},
    Field{PayloadBase::Transport, 0, 0, 2, "sport", Notation::Number},
    Field{PayloadBase::Transport, 0, 2, 2, "dport", Notation::Number},
};

/// Fields of one protocol above the network.
struct TransportField
{
    std::uint32_t protocol;
    std::uint32_t offset;
    std::uint32_t length;
    std::string_view name;
    Notation notation;
};

constexpr std::array transportFields{
    TransportField{17, 4, 2, "udp length", Notation::Number},      TransportField{17, 6, 2, "udp checksum", Notation::Number},
    TransportField{6, 13, 1, "tcp flags", Notation::TcpFlags},     TransportField{1, 0, 1, "icmp type", Notation::IcmpType},
    TransportField{58, 0, 1, "icmpv6 type", Notation::Icmpv6Type},
};

bool isAddress(Notation notation)
{
    return notation == Notation::Ipv4 || notation == Notation::Ipv6;
}

OperandText describePayload(const Payload& payload, const Context& context)
{
    for (const TransportField& field : transportFields) {
        if (payload.base == PayloadBase::Transport && field.protocol == context.transport && field.offset == payload.offset &&
            field.length == payload.length)
            return {std::string(field.name), field.notation, field.length};
    }
    for (const Field& field : fields) {
        const bool same = field.base == payload.base && field.offset == payload.offset &&
                          (field.length == payload.length || (isAddress(field.notation) && payload.length < field.length));
        if (!same || (field.network != 0 && field.network != context.network))
            continue;
        if (field.base != PayloadBase::Transport)
            return {std::string(field.name), field.notation, field.length};
        const std::string_view header = context.transport == 6U ? "tcp " : context.transport == 17U ? "udp " : "th ";
        return {std::string(header) + std::string(field.name), field.notation, field.length};
    }
    constexpr std::array<std::string_view, 5> bases{"ll", "nh", "th", "ih", "tunnel"};
    return {"@" + std::string(bases.at(static_cast<std::size_t>(payload.base))) + "," + std::to_string(std::uint64_t{payload.offset} * 8) +
                "," + std::to_string(std::uint64_t{payload.length} * 8),
            Notation::Number, payload.length, false, true};
}

std::optional<OperandText> describeMeta(const Meta& meta)
{
    switch (meta.key) {
    case MetaKey::Length:
        return OperandText{"meta length", Notation::NodeNumber, 4};
    case MetaKey::Protocol:
        return OperandText{"meta protocol", Notation::EtherType, 2};
    case MetaKey::Mark:
        return OperandText{"meta mark", Notation::Mark, 4};
    case MetaKey::Input:
        return OperandText{"iifname", Notation::Name, 16};
    case MetaKey::Output:
        return OperandText{"oifname", Notation::Name, 16};
    case MetaKey::FamilyOfPacket:
        return OperandText{"meta nfproto", Notation::Family, 1};
    case MetaKey::TransportProtocol:
        return OperandText{"meta l4proto", Notation::Transport, 1};
    case MetaKey::InputIndex:
        return OperandText{"iif", Notation::Interface, 4};
    case MetaKey::OutputIndex:
        return OperandText{"oif", Notation::Interface, 4};
    case MetaKey::User:
        return OperandText{"meta skuid", Notation::NodeNumber, 4};
    case MetaKey::Group:
        return OperandText{"meta skgid", Notation::NodeNumber, 4};
    case MetaKey::PacketType:
        return OperandText{"meta pkttype", Notation::PacketType, 1};
    case MetaKey::Priority:
    case MetaKey::InputType:
    case MetaKey::OutputType:
    case MetaKey::Cpu:
    case MetaKey::InputGroup:
    case MetaKey::OutputGroup:
    case MetaKey::ControlGroup:
        return std::nullopt;
    }
    return std::nullopt;
}

std::optional<OperandText> describeCt(const Ct& ct)
{
    const auto directed = [&](const char* name, Notation notation, std::uint32_t length) -> std::optional<OperandText> {
        if (!ct.direction || *ct.direction > 1)
            return std::nullopt;
        return OperandText{std::string("ct ") + (*ct.direction == 0 ? "original " : "reply ") + name, notation, length};
    };
    switch (ct.key) {
    case CtKey::State:
        return OperandText{"ct state", Notation::CtState, 4};
    case CtKey::Mark:
        return OperandText{"ct mark", Notation::Mark, 4};
    case CtKey::Status:
        return OperandText{"ct status", Notation::CtStatus, 4};
    case CtKey::Direction:
        return OperandText{"ct direction", Notation::CtDirection, 1};
    case CtKey::Zone:
        return ct.direction ? std::nullopt : std::optional(OperandText{"ct zone", Notation::NodeNumber, 2});
    case CtKey::SourceIpv4:
        return directed("ip saddr", Notation::Ipv4, 4);
    case CtKey::DestinationIpv4:
        return directed("ip daddr", Notation::Ipv4, 4);
    case CtKey::SourceIpv6:
        return directed("ip6 saddr", Notation::Ipv6, 16);
    case CtKey::DestinationIpv6:
        return directed("ip6 daddr", Notation::Ipv6, 16);
    case CtKey::SourcePort:
        return directed("proto-src", Notation::Number, 2);
    case CtKey::DestinationPort:
        return directed("proto-dst", Notation::Number, 2);
    case CtKey::Expiration:
    case CtKey::Helper:
    case CtKey::LayerProtocol:
    case CtKey::Source:
    case CtKey::Destination:
    case CtKey::Protocol:
    case CtKey::PacketCount:
    case CtKey::ByteCount:
    case CtKey::Id:
        return std::nullopt;
    }
    return std::nullopt;
}

std::optional<OperandText> describeFib(const Fib& fib)
{
    if ((fib.flags & (fibSource | fibDestination)) == (fibSource | fibDestination))
        return std::nullopt;
    std::string text;
    const std::pair<std::uint32_t, const char*> names[]{
        {fibSource, "saddr"}, {fibDestination, "daddr"}, {fibMark, "mark"}, {fibInput, "iif"}, {fibOutput, "oif"}};
    std::uint32_t left = fib.flags & ~fibPresent;
    for (const auto& [flag, name] : names) {
        if ((fib.flags & flag) != 0)
            text += (text.empty() ? "fib " : " . ") + std::string(name);
        left &= ~flag;
    }
    const bool present = (fib.flags & fibPresent) != 0;
    if (left != 0 || text.empty() || present != (fib.result == FibResult::Index))
        return std::nullopt;
    if (present)
        return OperandText{text + " oif", Notation::Presence, 4};
    return fib.result == FibResult::AddressType ? std::optional(OperandText{text + " type", Notation::AddressType, 4}) : std::nullopt;
}

std::string describeNumgen(const Numgen& numgen)
{
    return std::string("numgen ") + (numgen.random ? "random" : "inc") + " mod " + std::to_string(numgen.modulus) +
           (numgen.offset == 0 ? "" : " offset " + std::to_string(numgen.offset));
}

std::optional<std::string> addressText(const Bytes& value, Family family)
{
    Address::Bytes bytes{};
    if (value.size() != (family == Family::Ipv4 ? 4 : 16))
        return std::nullopt;
    std::copy(value.begin(), value.end(), bytes.begin());
    return toText(Address(family, bytes));
}

/// A name of a device; one that is compared by its beginning ends with an asterisk.
std::optional<std::string> nameText(const Bytes& value, std::uint32_t length)
{
    std::string name;
    for (const std::uint8_t byte : value) {
        if (byte == 0)
            break;
        if (byte <= ' ' || byte > '~' || byte == '"' || byte == '\\' || byte == '*')
            return std::nullopt;
        name += static_cast<char>(byte);
    }
    if (name.empty())
        return std::nullopt;
    return '"' + name + (value.size() < length && name.size() == value.size() ? "*\"" : "\"");
}

/// Whether the node keeps these numbers in its own byte order.
bool isOfNode(Notation notation)
{
    switch (notation) {
    case Notation::NodeNumber:
    case Notation::Mark:
    case Notation::Interface:
    case Notation::CtState:
    case Notation::CtStatus:
    case Notation::AddressType:
    case Notation::Presence:
        return true;
    case Notation::Number:
    case Notation::Ipv4:
    case Notation::Ipv6:
    case Notation::Name:
    case Notation::CtDirection:
    case Notation::Family:
    case Notation::Transport:
    case Notation::EtherType:
    case Notation::TcpFlags:
    case Notation::IcmpType:
    case Notation::Icmpv6Type:
    case Notation::PacketType:
        return false;
    }
    return false;
}

std::uint64_t bigEndian(const Bytes& value)
{
    std::uint64_t number = 0;
    for (const std::uint8_t byte : value)
        number = number << 8 | byte;
    return number;
}

} // namespace

std::optional<OperandText> describe(const Operand& operand, const Context& context)
{
    std::optional<OperandText> text;
    if (const auto* payload = std::get_if<Payload>(&operand.source))
        text = describePayload(*payload, context);
    else if (const auto* meta = std::get_if<Meta>(&operand.source))
        text = describeMeta(*meta);
    else if (const auto* ct = std::get_if<Ct>(&operand.source))
        text = describeCt(*ct);
    else if (const auto* fib = std::get_if<Fib>(&operand.source))
        text = describeFib(*fib);
    else if (const auto* numgen = std::get_if<Numgen>(&operand.source))
        text = OperandText{describeNumgen(*numgen), Notation::NodeNumber, 4};
    if (text && operand.toNetwork) {
        if (text->notation != Notation::NodeNumber && text->notation != Notation::Mark)
            return std::nullopt;
        text->swapped = true;
    }
    return text;
}

std::optional<OperandText> describeType(std::uint32_t type)
{
    switch (type) { // enum datatypes of nftables' include/datatype.h
    case 7:
        return OperandText{"ipv4_addr", Notation::Ipv4, 4};
    case 8:
        return OperandText{"ipv6_addr", Notation::Ipv6, 16};
    case 12:
        return OperandText{"inet_proto", Notation::Transport, 1};
    case 13:
        return OperandText{"inet_service", Notation::Number, 2};
    case 19:
        return OperandText{"mark", Notation::Mark, 4};
    case 26:
        return OperandText{"ct_state", Notation::CtState, 4};
    case 41:
        return OperandText{"ifname", Notation::Name, 16};
    default:
        return std::nullopt;
    }
}

bool isOrdered(const OperandText& operand)
{
    return operand.notation == Notation::Number || operand.notation == Notation::Ipv4 || operand.notation == Notation::Ipv6 ||
           operand.swapped;
}

std::optional<std::uint64_t> numberOf(const Bytes& value, const OperandText& operand)
{
    if (value.empty() || value.size() > 8)
        return std::nullopt;
    if (!isOfNode(operand.notation) || operand.swapped || std::endian::native == std::endian::big)
        return bigEndian(value);
    return bigEndian(Bytes(value.rbegin(), value.rend()));
}

std::optional<std::string> valueText(const Bytes& value, const OperandText& operand)
{
    if (operand.notation == Notation::Name)
        return nameText(value, operand.length);
    if (value.size() != operand.length)
        return std::nullopt;
    if (operand.notation == Notation::Ipv4)
        return addressText(value, Family::Ipv4);
    if (operand.notation == Notation::Ipv6)
        return addressText(value, Family::Ipv6);
    const std::optional<std::uint64_t> number = numberOf(value, operand);
    return number ? nameOf(*number, operand.notation) : std::nullopt;
}

} // namespace notrack::nf_tables
