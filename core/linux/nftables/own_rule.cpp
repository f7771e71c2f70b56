#include "core/linux/nftables/own_rule.h"

#include <netinet/in.h>

#include <algorithm>
#include <utility>

namespace notrack::nft
{

using namespace nf_tables;

namespace
{

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
    explicit RuleReader(Family familyOfTable) : family(familyOfTable) {}

    Family family;
    NotrackRule rule;
    std::optional<Protocol> protocol;

    bool takeMatch(const Compare& compare, const Operand& left)
    {
        if (const auto* payload = std::get_if<Payload>(&left.source)) {
            if (compare.comparison == CompareOperator::GreaterOrEqual)
                return m_begun ? false : begin(*payload, left, compare.value);
            if (m_begun || compare.comparison == CompareOperator::LessOrEqual)
                return compare.comparison == CompareOperator::LessOrEqual && finish(*payload, left, compare.value);
            return compare.comparison == CompareOperator::Equal && takePayload(*payload, left, compare.value);
        }
        if (!left.mask.empty())
            return false;
        if (const auto* meta = std::get_if<Meta>(&left.source))
            return compare.comparison == CompareOperator::Equal && meta->key == MetaKey::TransportProtocol && takeProtocol(compare.value);
        const auto* fib = std::get_if<Fib>(&left.source);
        return fib != nullptr && compare.comparison == CompareOperator::NotEqual && takeAddressType(*fib, compare.value);
    }

    bool takeMatch(const Range& range, const Operand& left)
    {
        const auto* payload = std::get_if<Payload>(&left.source);
        return payload != nullptr && !range.inverted && begin(*payload, left, range.first) && finish(*payload, left, range.last);
    }

    /// Whether no range of ports lacks its end.
    bool isComplete() const { return protocol && !m_begun; }

private:
    /// The lower end of a range, which the upper one follows: two comparisons of the same field.
    struct Begun
    {
        std::uint32_t offset = 0;
        Port first;
    };

    bool begin(const Payload& payload, const Operand& left, const Bytes& value)
    {
        const std::optional<Port> first = portOf(payload, left, value);
        if (first)
            m_begun = Begun{payload.offset, *first};
        return first.has_value();
    }

    bool finish(const Payload& payload, const Operand& left, const Bytes& value)
    {
        const std::optional<Begun> begun = std::exchange(m_begun, std::nullopt);
        const std::optional<Port> last = portOf(payload, left, value);
        return begun && last && payload.offset == begun->offset && begun->first <= *last && takePorts(payload, {begun->first, *last});
    }

    /// A port that a comparison with two whole bytes of the transport header names.
    static std::optional<Port> portOf(const Payload& payload, const Operand& left, const Bytes& value)
    {
        if (payload.base != PayloadBase::Transport || payload.length != 2 || value.size() != 2 || !left.mask.empty())
            return std::nullopt;
        const auto number = static_cast<std::uint16_t>(value[0] << 8 | value[1]);
        return number == 0 ? std::nullopt : std::optional(Port{number});
    }

    bool takePorts(const Payload& payload, PortRange ports)
    {
        const std::optional<PortRange> range = ports;
        return payload.offset == 0 ? take(rule.sourcePort, range) : payload.offset == 2 && take(rule.destinationPort, range);
    }

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
        const std::optional<Port> port = portOf(payload, left, value);
        return port && takePorts(payload, PortRange::of(*port));
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

    std::optional<Begun> m_begun;
};

/// Whether packets go on as they are, or not at all.
bool onlyWatches(const Expression& expression)
{
    const auto* lookup = std::get_if<Lookup>(&expression);
    return (lookup != nullptr && !lookup->verdicts) || std::holds_alternative<Counter>(expression) ||
           std::holds_alternative<Limit>(expression) || std::holds_alternative<Log>(expression);
}

} // namespace

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

std::optional<RuleBody> decodeOwn(Family family, const std::vector<Statement>& statements)
{
    if (statements.size() < 2 || !std::holds_alternative<Counter>(statements[statements.size() - 2].expression))
        return std::nullopt;
    const Expression& last = statements.back().expression;
    const auto* verdict = std::get_if<Verdict>(&last);
    if (verdict != nullptr && verdict->code == VerdictCode::Jump)
        return statements.size() == 2 ? std::optional<RuleBody>(Jump{verdict->chain}) : std::nullopt;
    const bool returns = verdict != nullptr && verdict->code == VerdictCode::Return;
    if (!returns && !std::holds_alternative<Notrack>(last))
        return std::nullopt;
    RuleReader reader(family);
    reader.rule.target = returns ? RuleTarget::Return : RuleTarget::Notrack;
    for (std::size_t i = 0; i + 2 < statements.size(); ++i) {
        const auto* compare = std::get_if<Compare>(&statements[i].expression);
        const auto* range = std::get_if<Range>(&statements[i].expression);
        const bool taken = compare != nullptr ? reader.takeMatch(*compare, statements[i].operands.front())
                                              : range != nullptr && reader.takeMatch(*range, statements[i].operands.front());
        if (!taken)
            return std::nullopt;
    }
    return reader.isComplete() ? std::optional<RuleBody>(reader.rule) : std::nullopt;
}

std::optional<Reach> reachOf(Family family, const std::vector<Statement>& statements)
{
    RuleReader reader(family);
    Reach reach;
    for (const Statement& statement : statements) {
        const Expression& asked = statement.expression;
        if (const auto* compare = std::get_if<Compare>(&asked)) {
            const auto* meta = std::get_if<Meta>(&statement.operands.front().source);
            const bool isProtocol =
                meta != nullptr && meta->key == MetaKey::TransportProtocol && compare->comparison == CompareOperator::Equal;
            const bool taken = reader.takeMatch(*compare, statement.operands.front()); // what is not understood narrows it further
            reach.isOtherProtocol = reach.isOtherProtocol || (isProtocol && !taken && statement.operands.front().mask.empty());
        } else if (const auto* range = std::get_if<Range>(&asked)) {
            reader.takeMatch(*range, statement.operands.front());
        } else if (const auto* verdict = std::get_if<Verdict>(&asked)) {
            reach.isGoto = verdict->code == VerdictCode::Goto;
        } else if (!onlyWatches(asked)) {
            return std::nullopt;
        }
    }
    reach.protocol = reader.protocol;
    reach.source = reader.rule.source;
    reach.destination = reader.rule.destination;
    reach.sourcePorts = reader.rule.sourcePort;
    reach.destinationPorts = reader.rule.destinationPort;
    return reach;
}

} // namespace notrack::nft
