#include "core/net/nft_text.h"

#include "core/base/clean_text.h"
#include "core/net/nft_operand_text.h"
#include "core/net/nft_set_text.h"
#include "core/net/nft_statements.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace notrack::nf_tables
{

namespace
{

using Text = std::optional<std::string>;

std::string unknown(std::string_view name)
{
    return "unknown " + std::string(name);
}

std::string_view operatorOf(Comparison comparison)
{
    constexpr std::array<std::string_view, 6> operators{"", "!= ", "< ", "<= ", "> ", ">= "};
    return operators.at(static_cast<std::size_t>(comparison));
}

bool isZero(const Bytes& bytes)
{
    return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

/// The bits of a mask that are one from the first on, or nullopt where others follow.
std::optional<std::size_t> prefixLength(const Bytes& mask)
{
    std::size_t length = 0;
    while (length < mask.size() * 8 && (mask[length / 8] & (0x80U >> length % 8)) != 0)
        ++length;
    for (std::size_t i = length; i < mask.size() * 8; ++i) {
        if ((mask[i / 8] & (0x80U >> i % 8)) != 0)
            return std::nullopt;
    }
    return length;
}

/// What one rule says, statement after statement.
class RuleText
{
public:
    explicit RuleText(const Table& table) : m_table(table)
    {
        if (table.family == "ip")
            m_context.network = 2;
        else if (table.family == "ip6")
            m_context.network = 10;
    }

    std::string of(const Rule& rule)
    {
        const std::vector<Statement> statements = statementsOf(rule, m_table);
        std::string text;
        for (std::size_t i = 0; i < statements.size(); ++i) {
            const bool implied = learn(statements[i]) && i + 1 < statements.size() && namesPort(statements[i + 1]);
            if (!implied)
                text += (text.empty() ? "" : " ") +
                        std::visit([&](const auto& e) { return write(e, statements[i].operands); }, statements[i].expression);
        }
        return text;
    }

private:
    /// Whether a statement says that the packet is UDP or TCP, which the name of a port says as well.
    bool learn(const Statement& statement)
    {
        const auto* compare = std::get_if<Compare>(&statement.expression);
        if (compare == nullptr || compare->comparison != Comparison::Equal || !statement.operands.front().mask.empty())
            return false;
        const auto* meta = std::get_if<Meta>(&statement.operands.front().source);
        if (meta == nullptr)
            return false;
        if (meta->key == MetaKey::FamilyOfPacket && compare->value.size() == 1)
            m_context.network = compare->value.front();
        if (meta->key == MetaKey::Protocol && compare->value == Bytes{0x08, 0x00})
            m_context.network = 2;
        if (meta->key == MetaKey::Protocol && compare->value == Bytes{0x86, 0xdd})
            m_context.network = 10;
        if (meta->key != MetaKey::TransportProtocol || compare->value.size() != 1)
            return false;
        m_context.transport = compare->value.front();
        return m_context.transport == 6U || m_context.transport == 17U;
    }

    /// Whether the next statement is about one port of the header, by its name.
    static bool namesPort(const Statement& next)
    {
        const auto& expression = next.expression;
        const bool asks = std::holds_alternative<Compare>(expression) || std::holds_alternative<Range>(expression) ||
                          std::holds_alternative<Lookup>(expression);
        const auto* payload = asks && next.operands.size() == 1 ? std::get_if<Payload>(&next.operands.front().source) : nullptr;
        return payload != nullptr && payload->base == PayloadBase::Transport && payload->length == 2 && payload->offset <= 2 &&
               payload->offset % 2 == 0 && next.operands.front().mask.empty();
    }

    std::string write(const Compare& compare, const std::vector<Operand>& operands)
    {
        const Operand& left = operands.front();
        const std::optional<OperandText> operand = describe(left, m_context);
        if (!operand || !isZero(left.flip))
            return unknown("cmp");
        const Text text = left.mask.empty() ? plain(compare, left, *operand) : masked(compare, left, *operand);
        return text.value_or(unknown("cmp"));
    }

    static Text plain(const Compare& compare, const Operand& left, const OperandText& operand)
    {
        if (left.length < operand.length)
            return prefix(compare, operand, std::size_t{left.length} * 8);
        const bool equality = compare.comparison == Comparison::Equal || compare.comparison == Comparison::NotEqual;
        const Text value = valueText(compare.value, operand);
        if (!value || (!equality && operand.notation != Notation::Number))
            return std::nullopt;
        return operand.text + " " + std::string(operatorOf(compare.comparison)) + *value;
    }

    static Text prefix(const Compare& compare, const OperandText& operand, std::size_t length)
    {
        if ((compare.comparison != Comparison::Equal && compare.comparison != Comparison::NotEqual) || length == 0)
            return std::nullopt;
        if (operand.notation != Notation::Ipv4 && operand.notation != Notation::Ipv6)
            return std::nullopt;
        Bytes address = compare.value;
        address.resize(operand.length);
        const Text value = valueText(address, operand);
        if (!value)
            return std::nullopt;
        return operand.text + " " + std::string(operatorOf(compare.comparison)) + *value + "/" + std::to_string(length);
    }

    static Text masked(const Compare& compare, const Operand& left, const OperandText& operand)
    {
        const bool isEqual = compare.comparison == Comparison::Equal;
        if ((!isEqual && compare.comparison != Comparison::NotEqual) || compare.value.size() != left.mask.size())
            return std::nullopt;
        for (std::size_t i = 0; i < compare.value.size(); ++i) {
            if ((compare.value[i] & ~left.mask[i]) != 0)
                return std::nullopt; // never equal
        }
        if (operand.notation == Notation::CtState)
            return !isEqual && isZero(compare.value) ? statesText(left.mask) : std::nullopt;
        if (const auto length = prefixLength(left.mask);
            length && (operand.notation == Notation::Ipv4 || operand.notation == Notation::Ipv6))
            return prefix(compare, operand, *length);
        const auto mask = numberOf(left.mask, operand.notation);
        const auto value = numberOf(compare.value, operand.notation);
        if (operand.notation != Notation::NodeNumber || !mask || !value)
            return std::nullopt;
        return operand.text + " & " + std::to_string(*mask) + (isEqual ? " == " : " != ") + std::to_string(*value);
    }

    static Text statesText(const Bytes& mask)
    {
        const auto bits = numberOf(mask, Notation::CtState);
        std::string text;
        std::uint64_t left = bits.value_or(0);
        for (const auto& [bit, name] : {std::pair(ctInvalid, "invalid"), std::pair(ctEstablished, "established"),
                                        std::pair(ctRelated, "related"), std::pair(ctNew, "new"), std::pair(ctUntracked, "untracked")}) {
            if ((left & bit) != 0)
                text += (text.empty() ? "ct state " : ",") + std::string(name);
            left &= ~std::uint64_t{bit};
        }
        return left != 0 || text.empty() ? std::nullopt : Text(text);
    }

    std::string write(const Range& range, const std::vector<Operand>& operands)
    {
        const Operand& left = operands.front();
        const std::optional<OperandText> operand = describe(left, m_context);
        if (!operand || !left.mask.empty() || left.length != operand->length ||
            (operand->notation != Notation::Number && operand->notation != Notation::Ipv4 && operand->notation != Notation::Ipv6))
            return unknown("range");
        const Text first = valueText(range.first, *operand);
        const Text last = valueText(range.last, *operand);
        return first && last ? operand->text + (range.inverted ? " != " : " ") + *first + "-" + *last : unknown("range");
    }

    std::string write(const Lookup& lookup, const std::vector<Operand>& operands)
    {
        const Set* set = findSet(m_table, lookup.set);
        std::string text;
        std::vector<OperandText> keys;
        for (const Operand& left : operands) {
            const std::optional<OperandText> operand = describe(left, m_context);
            if (!operand || !left.mask.empty() || left.length != operand->length)
                return unknown("lookup");
            text += (keys.empty() ? "" : " . ") + operand->text;
            keys.push_back(*operand);
        }
        if (set == nullptr || keys.empty() || lookup.to)
            return unknown("lookup");
        text += lookup.verdicts ? " vmap " : lookup.inverted ? " != " : " ";
        if ((set->flags & setAnonymous) == 0)
            return text + "@" + set->name;
        const Text elements = elementsText(*set, keys);
        return elements ? text + *elements : unknown("lookup");
    }

    static std::string write(const Verdict& verdict, const std::vector<Operand>& /*none*/)
    {
        return verdictText(verdict).value_or(unknown("verdict"));
    }
    static std::string write(const Counter& /*figures*/, const std::vector<Operand>& /*none*/) { return "counter"; }
    static std::string write(const Notrack& /*empty*/, const std::vector<Operand>& /*none*/) { return "notrack"; }
    static std::string write(const Queue& queue, const std::vector<Operand>& /*none*/)
    {
        return "queue num " + std::to_string(queue.number);
    }
    static std::string write(const Unknown& expression, const std::vector<Operand>& /*none*/) { return unknown(expression.name); }
    static std::string write(const Xtables& extension, const std::vector<Operand>& /*none*/)
    {
        return (extension.target ? "xt target \"" : "xt match \"") + extension.name + '"';
    }
    static std::string write(const Log& log, const std::vector<Operand>& /*none*/)
    {
        if (!log.plain)
            return unknown("log");
        return log.prefix.empty() ? "log" : "log prefix \"" + log.prefix + '"';
    }
    static std::string write(const ObjectReference& object, const std::vector<Operand>& /*none*/)
    {
        if (object.name.empty() || (object.type != 1 && object.type != 2))
            return unknown("objref");
        return (object.type == 1 ? "counter name \"" : "quota name \"") + object.name + '"';
    }
    static std::string write(const Limit& limit, const std::vector<Operand>& /*none*/)
    {
        for (const auto& [seconds, name] : {std::pair(1U, "second"), std::pair(60U, "minute"), std::pair(3600U, "hour"),
                                            std::pair(86400U, "day"), std::pair(604800U, "week")}) {
            if (limit.seconds == seconds)
                return std::string("limit rate ") + (limit.inverted ? "over " : "") + std::to_string(limit.rate) +
                       (limit.inBytes ? " bytes/" : "/") + name + " burst " + std::to_string(limit.burst) +
                       (limit.inBytes ? " bytes" : " packets");
        }
        return unknown("limit");
    }
    std::string write(const Reject& reject, const std::vector<Operand>& /*none*/) const
    {
        if (reject.type == RejectType::TcpReset)
            return "reject with tcp reset";
        if (reject.type == RejectType::IcmpUnreachable && reject.code == 3 && m_context.network == 2U)
            return "reject with icmp port-unreachable";
        if (reject.type == RejectType::IcmpUnreachable && reject.code == 4 && m_context.network == 10U)
            return "reject with icmpv6 port-unreachable";
        constexpr std::array<std::string_view, 4> codes{"no-route", "port-unreachable", "host-unreachable", "admin-prohibited"};
        if (reject.type == RejectType::IcmpxUnreachable && reject.code < codes.size())
            return "reject with icmpx " + std::string(codes.at(reject.code));
        return unknown("reject");
    }
    static std::string write(const Masquerade& masquerade, const std::vector<Operand>& /*ports*/)
    {
        return masquerade.port || masquerade.flags != 0 ? unknown("masq") : "masquerade";
    }
    static std::string write(const Redirect& redirect, const std::vector<Operand>& ports)
    {
        if ((redirect.flags & ~2U) != 0 || (redirect.lastPort && redirect.lastPort != redirect.port))
            return unknown("redir");
        const auto* port = ports.empty() ? nullptr : std::get_if<Immediate>(&ports.front().source);
        const auto number = port == nullptr ? std::nullopt : numberOf(port->value, Notation::Number);
        return ports.empty() ? "redirect" : number ? "redirect to :" + std::to_string(*number) : unknown("redir");
    }
    /// What no one has asked for yet: a statement that sets something from registers.
    template <typename T>
    static std::string write(const T& /*expression*/, const std::vector<Operand>& /*operands*/)
    {
        if constexpr (std::is_same_v<T, Nat>)
            return unknown("nat");
        else if constexpr (std::is_same_v<T, Dynset>)
            return unknown("dynset");
        else
            return unknown("statement");
    }

    const Table& m_table;
    Context m_context;
};

/// NF_INET_*, NF_ARP_* and NF_NETDEV_* count from 0 each.
std::string hookName(std::string_view family, std::uint32_t hook)
{
    constexpr std::array<std::string_view, 6> inetHooks{"prerouting", "input", "forward", "output", "postrouting", "ingress"};
    constexpr std::array<std::string_view, 3> arpHooks{"input", "output", "forward"};
    constexpr std::array<std::string_view, 2> deviceHooks{"ingress", "egress"};
    std::span<const std::string_view> hooks = inetHooks;
    if (family == "arp")
        hooks = arpHooks;
    else if (family == "netdev")
        hooks = deviceHooks;
    return hook < hooks.size() ? std::string(hooks[hook]) : unknown("hook");
}

std::string headOf(std::string_view family, const BaseHook& base)
{
    std::string text = "type " + base.type + " hook " + hookName(family, base.hook);
    for (const std::string& device : base.devices)
        text += " device \"" + device + '"';
    return text + " priority " + std::to_string(base.priority) + "; policy " + (base.policyAccepts ? "accept;" : "drop;");
}

} // namespace

std::string toText(const Rule& rule, const Table& table)
{
    std::string text = RuleText(table).of(rule);
    if (!rule.comment.empty())
        text += (text.empty() ? "comment \"" : " comment \"") + rule.comment + '"';
    return cleanText(text, Newlines::Drop);
}

std::string toText(const Rules& rules)
{
    std::string text;
    for (const Table& table : rules.tables) {
        text += "table " + table.family + " " + table.name + " {\n" + ((table.flags & 1U) != 0 ? "\tflags dormant;\n" : "");
        for (const Chain& chain : table.chains) {
            text += "\tchain " + chain.name + " {\n" + (chain.base ? "\t\t" + headOf(table.family, *chain.base) + "\n" : "");
            for (const Rule& rule : chain.rules)
                text += "\t\t" + toText(rule, table) + "\n";
            text += "\t}\n";
        }
        text += "}\n";
    }
    return text;
}

} // namespace notrack::nf_tables
