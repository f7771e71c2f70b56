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

constexpr std::uint32_t ipv4 = 2;
constexpr std::uint32_t ipv6 = 10;

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

std::string_view transportName(std::uint32_t protocol)
{
    switch (protocol) {
    case 1:
        return "icmp";
    case 6:
        return "tcp";
    case 17:
        return "udp";
    case 58:
        return "ipv6-icmp";
    case 132:
        return "sctp";
    default:
        return {};
    }
}

bool isAddress(Notation notation)
{
    return notation == Notation::Ipv4 || notation == Notation::Ipv6;
}

OperandText describePayload(const Payload& payload, const Context& context)
{
    for (const Field& field : fields) {
        const bool same = field.base == payload.base && field.offset == payload.offset &&
                          (field.length == payload.length || (isAddress(field.notation) && payload.length < field.length));
        if (!same || (field.network != 0 && field.network != context.network))
            continue;
        if (field.base != PayloadBase::Transport)
            return {std::string(field.name), field.notation, field.length};
        const bool named = context.transport && (*context.transport == 6U || *context.transport == 17U);
        return {(named ? std::string(transportName(*context.transport)) : "th") + " " + std::string(field.name), field.notation,
                field.length};
    }
    constexpr std::array<std::string_view, 5> bases{"ll", "nh", "th", "ih", "tunnel"};
    return {"@" + std::string(bases.at(static_cast<std::size_t>(payload.base))) + "," + std::to_string(std::uint64_t{payload.offset} * 8) +
                "," + std::to_string(std::uint64_t{payload.length} * 8),
            Notation::Number, payload.length};
}

std::optional<OperandText> describeMeta(const Meta& meta)
{
    switch (meta.key) {
    case MetaKey::Length:
        return OperandText{"meta length", Notation::NodeNumber, 4};
    case MetaKey::Protocol:
        return OperandText{"meta protocol", Notation::EtherType, 2};
    case MetaKey::Mark:
        return OperandText{"meta mark", Notation::NodeNumber, 4};
    case MetaKey::Input:
        return OperandText{"iifname", Notation::Name, 16};
    case MetaKey::Output:
        return OperandText{"oifname", Notation::Name, 16};
    case MetaKey::FamilyOfPacket:
        return OperandText{"meta nfproto", Notation::Family, 1};
    case MetaKey::TransportProtocol:
        return OperandText{"meta l4proto", Notation::Transport, 1};
    case MetaKey::InputIndex:
        return OperandText{"iif", Notation::NodeNumber, 4};
    case MetaKey::OutputIndex:
        return OperandText{"oif", Notation::NodeNumber, 4};
    case MetaKey::User:
        return OperandText{"meta skuid", Notation::NodeNumber, 4};
    case MetaKey::Group:
        return OperandText{"meta skgid", Notation::NodeNumber, 4};
    case MetaKey::Priority:
    case MetaKey::InputType:
    case MetaKey::OutputType:
    case MetaKey::PacketType:
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
        return OperandText{"ct mark", Notation::NodeNumber, 4};
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
    case CtKey::Direction:
    case CtKey::Status:
    case CtKey::Expiration:
    case CtKey::Helper:
    case CtKey::LayerProtocol:
    case CtKey::Source:
    case CtKey::Destination:
    case CtKey::Protocol:
    case CtKey::PacketCount:
    case CtKey::ByteCount:
    case CtKey::Zone:
    case CtKey::Id:
        return std::nullopt;
    }
    return std::nullopt;
}

std::optional<OperandText> describeFib(const Fib& fib)
{
    if (fib.result != FibResult::AddressType || (fib.flags & (fibSource | fibDestination)) == (fibSource | fibDestination))
        return std::nullopt;
    std::string text;
    const std::pair<std::uint32_t, const char*> names[]{
        {fibSource, "saddr"}, {fibDestination, "daddr"}, {fibMark, "mark"}, {fibInput, "iif"}, {fibOutput, "oif"}};
    std::uint32_t left = fib.flags;
    for (const auto& [flag, name] : names) {
        if ((fib.flags & flag) != 0)
            text += (text.empty() ? "fib " : " . ") + std::string(name);
        left &= ~flag;
    }
    if (left != 0 || text.empty())
        return std::nullopt;
    return OperandText{text + " type", Notation::AddressType, 4};
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

std::optional<std::string> nameOf(std::uint64_t number, Notation notation)
{
    constexpr std::array<std::string_view, 9> types{"",          "unicast",   "local",       "broadcast", "anycast",
                                                    "multicast", "blackhole", "unreachable", "prohibit"};
    switch (notation) {
    case Notation::AddressType:
        return number > 0 && number < types.size() ? std::optional(std::string(types[number])) : std::nullopt;
    case Notation::Family:
        return number == ipv4 ? std::optional<std::string>("ipv4") : number == ipv6 ? std::optional<std::string>("ipv6") : std::nullopt;
    case Notation::EtherType:
        return number == 0x0800 ? std::optional<std::string>("ip") : number == 0x86dd ? std::optional<std::string>("ip6") : std::nullopt;
    case Notation::Transport: {
        const std::string_view name = number <= 255 ? transportName(static_cast<std::uint32_t>(number)) : std::string_view();
        return name.empty() ? std::to_string(number) : std::string(name);
    }
    case Notation::CtState: {
        const std::pair<std::uint64_t, const char*> bits[]{
            {ctInvalid, "invalid"}, {ctEstablished, "established"}, {ctRelated, "related"}, {ctNew, "new"}, {ctUntracked, "untracked"}};
        for (const auto& [bit, name] : bits) {
            if (number == bit)
                return name;
        }
        return std::nullopt;
    }
    case Notation::Number:
    case Notation::NodeNumber:
    case Notation::Ipv4:
    case Notation::Ipv6:
    case Notation::Name:
        return std::to_string(number);
    }
    return std::nullopt;
}

} // namespace

std::optional<OperandText> describe(const Operand& operand, const Context& context)
{
    if (const auto* payload = std::get_if<Payload>(&operand.source))
        return describePayload(*payload, context);
    if (const auto* meta = std::get_if<Meta>(&operand.source))
        return describeMeta(*meta);
    if (const auto* ct = std::get_if<Ct>(&operand.source))
        return describeCt(*ct);
    if (const auto* fib = std::get_if<Fib>(&operand.source))
        return describeFib(*fib);
    return std::nullopt;
}

std::optional<std::uint64_t> numberOf(const Bytes& value, Notation notation)
{
    if (value.empty() || value.size() > 8)
        return std::nullopt;
    const bool nodes = notation == Notation::NodeNumber || notation == Notation::CtState || notation == Notation::AddressType;
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < value.size(); ++i)
        number = number << 8 | value[nodes && std::endian::native == std::endian::little ? value.size() - 1 - i : i];
    return number;
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
    const std::optional<std::uint64_t> number = numberOf(value, operand.notation);
    return number ? nameOf(*number, operand.notation) : std::nullopt;
}

} // namespace notrack::nf_tables
