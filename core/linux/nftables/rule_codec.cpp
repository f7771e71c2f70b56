#include "core/linux/nftables/rule_codec.h"

#include "core/linux/nftables/own_rule.h"
#include "core/net/chain_names.h"
#include "core/net/nft_statements.h"
#include "core/net/nft_text.h"

#include <linux/netfilter/nf_tables.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <bit>

namespace notrack::nft
{

namespace
{

using namespace nf_tables;
using netlink::AttributeWriter;

/// Two rules that are not known in whole are the same only where their bytes are: a number made of them ends such a text.
std::string textOf(const nf_tables::Rule& rule, const nf_tables::Table& table, std::span<const std::byte> expressions)
{
    RuleLine line = lineOf(rule, table);
    if (line.whole)
        return std::move(line.text);
    std::uint32_t hash = 2'166'136'261U; // FNV-1a
    netlink::forEachAttribute(expressions, [&](std::uint16_t, std::span<const std::byte> expression) {
        const std::string name = netlink::textAt(expression, NFTA_EXPR_NAME);
        if (name == "counter" || name == "quota" || name == "last") // their figures change under way
            return;
        for (const std::byte byte : expression)
            hash = (hash ^ std::to_integer<std::uint32_t>(byte)) * 16'777'619U;
    });
    return line.text + " # " + std::to_string(hash);
}

/// A verdict that ends or leaves the chain, in the words of iptables' targets.
std::string targetOf(const Verdict& verdict)
{
    switch (verdict.code) {
    case VerdictCode::Continue:
    case VerdictCode::Break:
        return {};
    case VerdictCode::Return:
        return "RETURN";
    case VerdictCode::Drop:
        return "DROP";
    case VerdictCode::Queue:
        return "QUEUE";
    case VerdictCode::Accept:
        return "ACCEPT";
    default:
        return verdict.chain;
    }
}

/// Where a rule sends packets: its own verdict, or the chain of an anonymous verdict map's element, one of ours before any other.
std::string targetOf(const nf_tables::Rule& rule, const nf_tables::Table& table)
{
    std::string target;
    const auto take = [&](const std::string& chain) {
        if (target.empty() || (readChainName(chain) && !readChainName(target)))
            target = chain;
    };
    for (const Expression& expression : rule.expressions) {
        if (const auto* verdict = std::get_if<Verdict>(&expression))
            take(targetOf(*verdict));
        const auto* lookup = std::get_if<Lookup>(&expression);
        if (lookup == nullptr || !lookup->verdicts)
            continue;
        for (const nf_tables::Set& set : table.sets) {
            if (set.name != lookup->set || (set.flags & setAnonymous) == 0)
                continue;
            for (const SetElement& element : set.elements) {
                if (const auto* verdict = std::get_if<Verdict>(&element.value))
                    take(verdict->chain);
            }
        }
    }
    return target;
}

void writeExpression(AttributeWriter& writer, const char* name, const std::function<void()>& write)
{
    writer.nested(NFTA_LIST_ELEM, [&] {
        writer.text(NFTA_EXPR_NAME, name);
        writer.nested(NFTA_EXPR_DATA, write);
    });
}

void writeCompare(AttributeWriter& writer, CompareOperator comparison, std::span<const std::uint8_t> value)
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
    writeCompare(writer, CompareOperator::Equal, value);
}

void writePort(AttributeWriter& writer, CompareOperator comparison, Port port)
{
    const std::array<std::uint8_t, 2> value{static_cast<std::uint8_t>(port.value >> 8), static_cast<std::uint8_t>(port.value & 0xff)};
    writeCompare(writer, comparison, value);
}

/// A range as nft writes it: two comparisons of what was loaded once.
void writePorts(AttributeWriter& writer, std::uint32_t offset, PortRange ports)
{
    writePayload(writer, PayloadBase::Transport, offset, 2);
    if (ports.first == ports.last) {
        writePort(writer, CompareOperator::Equal, ports.first);
        return;
    }
    writePort(writer, CompareOperator::GreaterOrEqual, ports.first);
    writePort(writer, CompareOperator::LessOrEqual, ports.last);
}

void writeCounter(AttributeWriter& writer, const Counters& counters)
{
    writeExpression(writer, "counter", [&] {
        writer.longNumber(NFTA_COUNTER_BYTES, counters.bytes);
        writer.longNumber(NFTA_COUNTER_PACKETS, counters.packets);
    });
}

/// Destination before source where it is the narrower network: with many services that comparison ends all of their rules but one, and the pods' packets
/// that are no DNS run what stands before it for every service.
void writeNetworks(AttributeWriter& writer, Family family, const NotrackRule& rule)
{
    const bool destinationFirst = rule.source && rule.destination && rule.destination->length() > rule.source->length();
    if (destinationFirst)
        writeNetwork(writer, family, false, *rule.destination);
    if (rule.source)
        writeNetwork(writer, family, true, *rule.source);
    if (rule.destination && !destinationFirst)
        writeNetwork(writer, family, false, *rule.destination);
}

/// The address lookup comes last: it costs most, and only DNS packets are to pay for it.
void writeNotrackRule(AttributeWriter& writer, Family family, const NotrackRule& rule)
{
    writeNetworks(writer, family, rule);
    writeExpression(writer, "meta", [&] {
        writer.number(NFTA_META_KEY, NFT_META_L4PROTO);
        writer.number(NFTA_META_DREG, NFT_REG_1);
    });
    const std::uint8_t protocol = rule.protocol == Protocol::Udp ? IPPROTO_UDP : IPPROTO_TCP;
    writeCompare(writer, CompareOperator::Equal, std::span(&protocol, 1));
    if (rule.sourcePort)
        writePorts(writer, 0, *rule.sourcePort);
    if (rule.destinationPort)
        writePorts(writer, 2, *rule.destinationPort);
    if (rule.notLocal == NotLocal::None)
        return;
    writeExpression(writer, "fib", [&] {
        writer.number(NFTA_FIB_RESULT, NFT_FIB_RESULT_ADDRTYPE);
        writer.number(NFTA_FIB_DREG, NFT_REG_1);
        writer.number(NFTA_FIB_FLAGS, rule.notLocal == NotLocal::Source ? fibSource : fibDestination);
    });
    std::array<std::uint8_t, 4> type{};
    type.at(std::endian::native == std::endian::little ? 0 : 3) = localAddress;
    writeCompare(writer, CompareOperator::NotEqual, type);
}

void writeVerdict(AttributeWriter& writer, const Verdict& verdict)
{
    writeExpression(writer, "immediate", [&] {
        writer.number(NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
        writer.nested(NFTA_IMMEDIATE_DATA, [&] {
            writer.nested(NFTA_DATA_VERDICT, [&] {
                writer.number(NFTA_VERDICT_CODE, static_cast<std::uint32_t>(verdict.code));
                if (!verdict.chain.empty())
                    writer.text(NFTA_VERDICT_CHAIN, verdict.chain);
            });
        });
    });
}

/// Comes after the counter.
void writeTarget(AttributeWriter& writer, const RuleBody& body)
{
    const auto* jump = std::get_if<Jump>(&body);
    const auto* rule = std::get_if<NotrackRule>(&body);
    if (jump != nullptr)
        writeVerdict(writer, {VerdictCode::Jump, jump->chain});
    else if (rule != nullptr && rule->target == RuleTarget::Return)
        writeVerdict(writer, {VerdictCode::Return, {}});
    else
        writeExpression(writer, "notrack", [] {});
}

} // namespace

Entry decodeEntry(Family family, const nf_tables::Rule& rule, const nf_tables::Table& table, std::span<const std::byte> attributes)
{
    Entry entry;
    const auto counter = std::find_if(rule.expressions.begin(), rule.expressions.end(),
                                      [](const Expression& each) { return std::holds_alternative<Counter>(each); });
    if (counter != rule.expressions.end())
        entry.counters = {std::get<Counter>(*counter).packets, std::get<Counter>(*counter).bytes};
    const std::vector<Statement> statements = statementsOf(rule, table);
    if (!netlink::findAttribute(attributes, NFTA_RULE_USERDATA)) {
        if (std::optional<RuleBody> own = decodeOwn(family, statements)) {
            entry.body = std::move(*own);
            return entry;
        }
    }
    ForeignRule foreign;
    if (std::optional<Reach> reach = reachOf(family, statements))
        foreign.reach = std::make_shared<const Reach>(*reach);
    foreign.target = targetOf(rule, table);
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
        writeTarget(writer, entry.body);
    });
    return {};
}

} // namespace notrack::nft
