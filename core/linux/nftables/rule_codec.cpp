#include "core/linux/nftables/rule_codec.h"

#include "core/net/nft_statements.h"
#include "core/net/nft_text.h"

#include <linux/netfilter/nf_tables.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <utility>

namespace notrack::nft
{

namespace
{

using namespace nf_tables;
using netlink::AttributeWriter;

/// RTN_LOCAL of linux/rtnetlink.h.
constexpr std::uint32_t localAddress = 2;

/// Where the addresses stand in the header (RFC 791, RFC 8200).
std::uint32_t addressOffset(Family family, bool isSource)
{
    if (family == Family::Ipv4)
        return isSource ? 12 : 16;
    return isSource ? 8 : 24;
}

std::uint32_t addressSize(Family family)
{
    return family == Family::Ipv4 ? 4 : 16;
}

/// Puts a value where none is yet; false when there is no value, or one already.
template <typename T>
bool take(std::optional<T>& place, std::optional<T> value)
{
    if (place || !value)
        return false;
    place = std::move(value);
    return true;
}

/// The network that a comparison with the first bytes of an address, masked or not, names.
std::optional<Prefix> networkOf(Family family, const Operand& left, const Bytes& value)
{
    if (value.size() != left.length || value.size() > addressSize(family))
        return std::nullopt;
    Address::Bytes bytes{};
    std::copy(value.begin(), value.end(), bytes.begin());
    std::size_t length = value.size() * 8;
    if (!left.mask.empty()) {
        length = 0;
        const auto bitOf = [&](std::size_t i) { return (left.mask[i / 8] & (0x80U >> i % 8)) != 0; };
        while (length < left.mask.size() * 8 && bitOf(length))
            ++length;
        for (std::size_t i = 0; i < left.mask.size(); ++i) {
            if ((value[i] & ~left.mask[i]) != 0 || left.flip[i] != 0)
                return std::nullopt;
        }
        for (std::size_t i = length; i < left.mask.size() * 8; ++i) {
            if (bitOf(i))
                return std::nullopt;
        }
    }
    if (length == 0)
        return std::nullopt;
    return Prefix(Address(family, bytes), static_cast<int>(length));
}

struct RuleReader
{
    Family family;
    NotrackRule rule;
    std::optional<Protocol> protocol;

    bool takeMatch(const Compare& compare, const Operand& left)
    {
        if (const auto* payload = std::get_if<Payload>(&left.source))
            return compare.comparison == Comparison::Equal && takePayload(*payload, left, compare.value);
        if (!left.mask.empty())
            return false;
        if (const auto* meta = std::get_if<Meta>(&left.source))
            return compare.comparison == Comparison::Equal && meta->key == MetaKey::TransportProtocol && takeProtocol(compare.value);
        const auto* fib = std::get_if<Fib>(&left.source);
        return fib != nullptr && compare.comparison == Comparison::NotEqual && takeAddressType(*fib, compare.value);
    }

private:
    bool takeProtocol(const Bytes& value)
    {
        if (value == Bytes{IPPROTO_UDP} || value == Bytes{IPPROTO_TCP}) {
            rule.protocol = value.front() == IPPROTO_UDP ? Protocol::Udp : Protocol::Tcp;
            return std::exchange(protocol, rule.protocol).value_or(rule.protocol) == rule.protocol;
        }
        return false;
    }

    bool takePayload(const Payload& payload, const Operand& left, const Bytes& value)
    {
        if (payload.base == PayloadBase::Network) {
            if (payload.offset == addressOffset(family, true))
                return take(rule.source, networkOf(family, left, value));
            return payload.offset == addressOffset(family, false) && take(rule.destination, networkOf(family, left, value));
        }
        if (payload.base != PayloadBase::Transport || payload.length != 2 || value.size() != 2 || !left.mask.empty())
            return false;
        const auto number = static_cast<std::uint16_t>(value[0] << 8 | value[1]);
        const std::optional<Port> port = number == 0 ? std::nullopt : std::optional(Port{number});
        return payload.offset == 0 ? take(rule.sourcePort, port) : payload.offset == 2 && take(rule.destinationPort, port);
    }

    /// `fib saddr type != local` and `fib daddr type != local`: what addrtype's `! --src-type LOCAL` and `! --dst-type LOCAL`
    /// ask, since both look the address up in the local table without regard to the interface.
    bool takeAddressType(const Fib& fib, const Bytes& value)
    {
        if (rule.notLocal != NotLocal::None || fib.result != FibResult::AddressType || value.size() != 4)
            return false;
        std::uint32_t type = 0;
        std::copy(value.begin(), value.end(), reinterpret_cast<std::uint8_t*>(&type));
        if (type != localAddress || (fib.flags != fibSource && fib.flags != fibDestination))
            return false;
        rule.notLocal = fib.flags == fibSource ? NotLocal::Source : NotLocal::Destination;
        return true;
    }
};

std::optional<RuleBody> decodeOwn(Family family, const std::vector<Statement>& statements)
{
    if (statements.size() < 2 || !std::holds_alternative<Counter>(statements[statements.size() - 2].expression))
        return std::nullopt;
    const Expression& last = statements.back().expression;
    if (const auto* verdict = std::get_if<Verdict>(&last))
        return statements.size() == 2 && verdict->code == VerdictCode::Jump ? std::optional<RuleBody>(Jump{verdict->chain}) : std::nullopt;
    if (!std::holds_alternative<Notrack>(last))
        return std::nullopt;
    RuleReader reader{family, {}, std::nullopt};
    for (std::size_t i = 0; i + 2 < statements.size(); ++i) {
        const auto* compare = std::get_if<Compare>(&statements[i].expression);
        if (compare == nullptr || !reader.takeMatch(*compare, statements[i].operands.front()))
            return std::nullopt;
    }
    return reader.protocol ? std::optional<RuleBody>(reader.rule) : std::nullopt;
}

/// Two rules that are not known in whole are the same only where their bytes are: a number made of them ends such a text.
std::string textOf(const nf_tables::Rule& rule, const nf_tables::Table& table, std::span<const std::byte> expressions)
{
    std::string text = toText(rule, table);
    if (text.find("unknown ") == std::string::npos && text.find("xt ") == std::string::npos)
        return text;
    std::uint32_t hash = 2'166'136'261U; // FNV-1a
    netlink::forEachAttribute(expressions, [&](std::uint16_t, std::span<const std::byte> expression) {
        const std::string name = netlink::textAt(expression, NFTA_EXPR_NAME);
        if (name == "counter" || name == "quota" || name == "last") // their figures change under way
            return;
        for (const std::byte byte : expression)
            hash = (hash ^ std::to_integer<std::uint32_t>(byte)) * 16'777'619U;
    });
    return text + " # " + std::to_string(hash);
}

void writeExpression(AttributeWriter& writer, const char* name, const std::function<void()>& write)
{
    writer.nested(NFTA_LIST_ELEM, [&] {
        writer.text(NFTA_EXPR_NAME, name);
        writer.nested(NFTA_EXPR_DATA, write);
    });
}

void writeCompare(AttributeWriter& writer, Comparison comparison, std::span<const std::uint8_t> value)
{
    writeExpression(writer, "cmp", [&] {
        writer.number(NFTA_CMP_SREG, NFT_REG_1);
        writer.number(NFTA_CMP_OP, static_cast<std::uint32_t>(comparison));
        writer.nested(NFTA_CMP_DATA, [&] { writer.bytes(NFTA_DATA_VALUE, std::as_bytes(value)); });
    });
}

void writePayload(AttributeWriter& writer, PayloadBase base, std::uint32_t offset, std::uint32_t length)
{
    writeExpression(writer, "payload", [&] {
        writer.number(NFTA_PAYLOAD_DREG, NFT_REG_1);
        writer.number(NFTA_PAYLOAD_BASE, static_cast<std::uint32_t>(base));
        writer.number(NFTA_PAYLOAD_OFFSET, offset);
        writer.number(NFTA_PAYLOAD_LEN, length);
    });
}

/// A prefix of whole bytes is compared as such, as nft does; any other through a mask.
void writeNetwork(AttributeWriter& writer, Family family, bool isSource, const Prefix& network)
{
    const auto length = static_cast<std::uint32_t>(network.length());
    const std::uint32_t size = length % 8 == 0 ? length / 8 : addressSize(family);
    writePayload(writer, PayloadBase::Network, addressOffset(family, isSource), size);
    const std::span<const std::uint8_t> value(network.address().bytes().data(), size);
    if (length % 8 != 0) {
        std::array<std::uint8_t, 16> mask{};
        const std::array<std::uint8_t, 16> flip{};
        for (std::uint32_t bit = 0; bit < length; ++bit)
            mask.at(bit / 8) = static_cast<std::uint8_t>(mask.at(bit / 8) | 0x80U >> bit % 8);
        writeExpression(writer, "bitwise", [&] {
            writer.number(NFTA_BITWISE_SREG, NFT_REG_1);
            writer.number(NFTA_BITWISE_DREG, NFT_REG_1);
            writer.number(NFTA_BITWISE_LEN, size);
            writer.nested(NFTA_BITWISE_MASK, [&] { writer.bytes(NFTA_DATA_VALUE, std::as_bytes(std::span(mask).first(size))); });
            writer.nested(NFTA_BITWISE_XOR, [&] { writer.bytes(NFTA_DATA_VALUE, std::as_bytes(std::span(flip).first(size))); });
        });
    }
    writeCompare(writer, Comparison::Equal, value);
}

void writePort(AttributeWriter& writer, std::uint32_t offset, Port port)
{
    writePayload(writer, PayloadBase::Transport, offset, 2);
    const std::array<std::uint8_t, 2> value{static_cast<std::uint8_t>(port.value >> 8), static_cast<std::uint8_t>(port.value & 0xff)};
    writeCompare(writer, Comparison::Equal, value);
}

void writeCounter(AttributeWriter& writer, const Counters& counters)
{
    writeExpression(writer, "counter", [&] {
        writer.longNumber(NFTA_COUNTER_BYTES, counters.bytes);
        writer.longNumber(NFTA_COUNTER_PACKETS, counters.packets);
    });
}

/// The address lookup comes last: it costs most, and only DNS packets are to pay for it.
void writeNotrackRule(AttributeWriter& writer, Family family, const NotrackRule& rule)
{
    if (rule.source)
        writeNetwork(writer, family, true, *rule.source);
    if (rule.destination)
        writeNetwork(writer, family, false, *rule.destination);
    writeExpression(writer, "meta", [&] {
        writer.number(NFTA_META_KEY, NFT_META_L4PROTO);
        writer.number(NFTA_META_DREG, NFT_REG_1);
    });
    const std::uint8_t protocol = rule.protocol == Protocol::Udp ? IPPROTO_UDP : IPPROTO_TCP;
    writeCompare(writer, Comparison::Equal, std::span(&protocol, 1));
    if (rule.sourcePort)
        writePort(writer, 0, *rule.sourcePort);
    if (rule.destinationPort)
        writePort(writer, 2, *rule.destinationPort);
    if (rule.notLocal == NotLocal::None)
        return;
    writeExpression(writer, "fib", [&] {
        writer.number(NFTA_FIB_RESULT, NFT_FIB_RESULT_ADDRTYPE);
        writer.number(NFTA_FIB_DREG, NFT_REG_1);
        writer.number(NFTA_FIB_FLAGS, rule.notLocal == NotLocal::Source ? fibSource : fibDestination);
    });
    std::array<std::uint8_t, 4> type{};
    type.at(std::endian::native == std::endian::little ? 0 : 3) = localAddress;
    writeCompare(writer, Comparison::NotEqual, type);
}

void writeJump(AttributeWriter& writer, const std::string& chain)
{
    writeExpression(writer, "immediate", [&] {
        writer.number(NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
        writer.nested(NFTA_IMMEDIATE_DATA, [&] {
            writer.nested(NFTA_DATA_VERDICT, [&] {
                writer.number(NFTA_VERDICT_CODE, static_cast<std::uint32_t>(NFT_JUMP));
                writer.text(NFTA_VERDICT_CHAIN, chain);
            });
        });
    });
}

} // namespace

Entry decodeEntry(Family family, const nf_tables::Rule& rule, const nf_tables::Table& table, std::span<const std::byte> attributes)
{
    Entry entry;
    const auto counter = std::find_if(rule.expressions.begin(), rule.expressions.end(),
                                      [](const Expression& each) { return std::holds_alternative<Counter>(each); });
    if (counter != rule.expressions.end())
        entry.counters = {std::get<Counter>(*counter).packets, std::get<Counter>(*counter).bytes};
    if (!netlink::findAttribute(attributes, NFTA_RULE_USERDATA)) {
        if (std::optional<RuleBody> own = decodeOwn(family, statementsOf(rule, table))) {
            entry.body = std::move(*own);
            return entry;
        }
    }
    ForeignRule foreign;
    for (const Expression& expression : rule.expressions) {
        if (const auto* verdict = std::get_if<Verdict>(&expression); verdict != nullptr && foreign.target.empty())
            foreign.target = verdict->chain;
    }
    foreign.text = textOf(rule, table, netlink::findAttribute(attributes, NFTA_RULE_EXPRESSIONS).value_or(std::span<const std::byte>{}));
    foreign.bytes.assign(attributes.begin(), attributes.end());
    entry.body = std::move(foreign);
    return entry;
}

Result<void> encodeEntry(Family family, const Entry& entry, AttributeWriter& writer)
{
    if (const auto* foreign = std::get_if<ForeignRule>(&entry.body)) {
        const auto expressions = netlink::findAttribute(foreign->bytes, NFTA_RULE_EXPRESSIONS);
        if (!expressions)
            return makeError(ErrorKind::Failed, "a rule that was read from the kernel cannot be put back", foreign->text);
        for (const std::uint16_t type : {NFTA_RULE_EXPRESSIONS, NFTA_RULE_COMPAT, NFTA_RULE_USERDATA}) {
            const auto value = netlink::findAttribute(foreign->bytes, type);
            if (value)
                writer.bytes(static_cast<std::uint16_t>(type == NFTA_RULE_USERDATA ? type : type | 0x8000U), *value); // NLA_F_NESTED
        }
        return {};
    }
    writer.nested(NFTA_RULE_EXPRESSIONS, [&] {
        if (const auto* rule = std::get_if<NotrackRule>(&entry.body))
            writeNotrackRule(writer, family, *rule);
        writeCounter(writer, entry.counters);
        if (const auto* jump = std::get_if<Jump>(&entry.body))
            writeJump(writer, jump->chain);
        else
            writeExpression(writer, "notrack", [] {});
    });
    return {};
}

} // namespace notrack::nft
