#include "core/net/nft_text.h"

#include "core/base/clean_text.h"
#include "core/net/nft_action_text.h"
#include "core/net/nft_comparison_text.h"
#include "core/net/nft_operand_text.h"
#include "core/net/nft_set_text.h"
#include "core/net/nft_statements.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace notrack::nf_tables
{

namespace
{

using Text = std::optional<std::string>;

/// What one rule says, statement after statement.
class RuleText
{
public:
    explicit RuleText(const Table& table) : m_table(table)
    {
        if (table.family == "ip")
            m_context.network = ipv4;
        else if (table.family == "ip6")
            m_context.network = ipv6;
        m_context.isOneFamily = m_context.network.has_value();
    }

    RuleLine of(const Rule& rule)
    {
        const std::vector<Statement> statements = statementsOf(rule, m_table);
        for (std::size_t i = 0; i < statements.size(); ++i) {
            const bool isSpan = i + 1 < statements.size() && isSpanOf(statements[i], statements[i + 1]);
            if (isSpan)
                m_parts.push_back(spanText(statements[i], statements[i + 1]));
            else
                for (const Statement& field : fieldsOf(statements[i]))
                    m_parts.push_back(textOf(field));
            i += isSpan ? 1 : 0;
        }
        std::string text;
        for (const std::string& part : m_parts)
            text.append(text.empty() || part.empty() ? "" : " ").append(part);
        return {std::move(text), m_whole};
    }

private:
    std::string textOf(const Statement& statement)
    {
        forgetImplied(statement);
        std::string text = std::visit([&](const auto& e) { return write(e, statement.operands); }, statement.expression);
        learn(statement);
        if (!isMatch(statement.expression)) {
            m_sayingNetwork.reset();
            m_sayingTransport.reset();
        }
        return text;
    }

    static bool isMatch(const Expression& expression)
    {
        return std::holds_alternative<Compare>(expression) || std::holds_alternative<Range>(expression) ||
               std::holds_alternative<Lookup>(expression);
    }

    /// The kernel is asked for neighbouring fields in one comparison, which nft takes apart again.
    std::vector<Statement> fieldsOf(const Statement& statement) const
    {
        const auto* compare = std::get_if<Compare>(&statement.expression);
        const auto* payload = compare == nullptr || compare->comparison != CompareOperator::Equal
                                  ? nullptr
                                  : std::get_if<Payload>(&statement.operands.front().source);
        const bool isWhole = payload != nullptr && statement.operands.front().mask.empty() && compare->value.size() == payload->length;
        const auto whole = isWhole ? describe(statement.operands.front(), m_context) : std::nullopt;
        if (!whole || !whole->unnamed)
            return {statement};
        std::vector<Statement> fields;
        std::uint32_t done = 0;
        while (done < payload->length) {
            const auto length = fieldLength({payload->base, payload->offset + done, 0, 0}, payload->length - done);
            if (!length)
                return {statement};
            const auto from = compare->value.begin() + static_cast<std::ptrdiff_t>(done);
            fields.push_back({Compare{CompareOperator::Equal, compare->at, Bytes(from, from + static_cast<std::ptrdiff_t>(*length))},
                              {Operand{Payload{payload->base, payload->offset + done, *length, payload->to}, *length, {}, {}}}});
            done += *length;
        }
        return fields;
    }

    /// Bytes of the field with a name that begins there, if it is no longer than that.
    std::optional<std::uint32_t> fieldLength(Payload payload, std::uint32_t most) const
    {
        for (const std::uint32_t length : {1U, 2U, 4U, 16U}) {
            payload.length = length;
            const auto field = length > most ? std::nullopt : describe({payload, length, {}, {}}, m_context);
            if (field && !field->unnamed && field->length == length)
                return length;
        }
        return std::nullopt;
    }

    std::string unknown(std::string_view name)
    {
        m_whole = false;
        return "unknown " + std::string(name);
    }

    std::string orUnknown(Text text, std::string_view name) { return text ? std::move(*text) : unknown(name); }

    std::optional<OperandText> described(const Operand& operand)
    {
        std::optional<OperandText> text = describe(operand, m_context);
        m_whole = m_whole && !(text && text->unnamed);
        return text;
    }

    /// What a statement says of the packet's protocols: fields that are named later imply it.
    void learn(const Statement& statement)
    {
        const auto* compare = std::get_if<Compare>(&statement.expression);
        if (compare == nullptr || compare->comparison != CompareOperator::Equal || !statement.operands.front().mask.empty())
            return;
        const auto& source = statement.operands.front().source;
        const std::size_t self = m_parts.size();
        if (const auto* meta = std::get_if<Meta>(&source)) {
            const bool isFamily = meta->key == MetaKey::FamilyOfPacket && compare->value.size() == 1;
            const bool isEther =
                meta->key == MetaKey::Protocol && (compare->value == Bytes{0x08, 0x00} || compare->value == Bytes{0x86, 0xdd});
            if (isFamily || isEther) {
                m_context.network = isFamily ? compare->value.front() : compare->value.front() == 0x08 ? ipv4 : ipv6;
                m_sayingNetwork = self;
            } else if (meta->key == MetaKey::TransportProtocol && compare->value.size() == 1) {
                m_context.transport = compare->value.front();
                m_sayingTransport = self;
            }
        } else if (const auto* payload = std::get_if<Payload>(&source)) {
            const std::uint32_t offset = m_context.network == ipv4 ? 9 : 6; // protocol and next header
            const bool isProtocol = payload->base == PayloadBase::Network && payload->offset == offset && payload->length == 1;
            if (isProtocol && m_context.network && compare->value.size() == 1) {
                m_context.transport = compare->value.front();
                if (m_context.isOneFamily)
                    m_sayingTransport = self;
            }
        }
    }

    /// A field that is named says its protocol by itself, as does an answer of one family.
    void forgetImplied(const Statement& statement)
    {
        for (const Operand& operand : statement.operands) {
            const auto* payload = std::get_if<Payload>(&operand.source);
            const auto text = payload == nullptr ? std::nullopt : describe(operand, m_context);
            if (!text || text->unnamed)
                continue;
            const bool isIcmp = text->notation == Notation::IcmpType || text->notation == Notation::Icmpv6Type;
            if (payload->base == PayloadBase::Network || isIcmp)
                forget(m_sayingNetwork);
            if (payload->base == PayloadBase::Transport)
                forget(m_sayingTransport);
        }
        const auto* reject = std::get_if<Reject>(&statement.expression);
        if (reject != nullptr && reject->type == RejectType::IcmpUnreachable)
            forget(m_sayingNetwork);
        if (reject != nullptr && reject->type == RejectType::TcpReset && m_context.isOneFamily)
            forget(m_sayingTransport);
    }

    void forget(std::optional<std::size_t>& part)
    {
        if (part)
            m_parts[*part].clear();
        part.reset();
    }

    /// Two comparisons that nft makes of a range.
    static bool isSpanOf(const Statement& first, const Statement& second)
    {
        const auto* from = std::get_if<Compare>(&first.expression);
        const auto* to = std::get_if<Compare>(&second.expression);
        return from != nullptr && to != nullptr && from->comparison == CompareOperator::GreaterOrEqual &&
               to->comparison == CompareOperator::LessOrEqual && first.operands == second.operands;
    }

    std::string spanText(const Statement& first, const Statement& second)
    {
        forgetImplied(first);
        const auto& from = std::get<Compare>(first.expression);
        const auto& to = std::get<Compare>(second.expression);
        return write(Range{false, from.at, from.value, to.value}, first.operands);
    }

    std::string write(const Compare& compare, const std::vector<Operand>& operands)
    {
        const std::optional<OperandText> operand = described(operands.front());
        return operand ? orUnknown(comparisonText(compare, operands.front(), *operand), "cmp") : unknown("cmp");
    }

    std::string write(const Range& range, const std::vector<Operand>& operands)
    {
        const Operand& left = operands.front();
        const std::optional<OperandText> operand = described(left);
        if (!operand || !left.mask.empty() || left.length != operand->length || !isOrdered(*operand))
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
            const std::optional<OperandText> operand = described(left);
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

    std::string write(const Verdict& verdict, const std::vector<Operand>& /*none*/) { return orUnknown(verdictText(verdict), "verdict"); }
    static std::string write(const Counter& /*figures*/, const std::vector<Operand>& /*none*/) { return "counter"; }
    static std::string write(const Notrack& /*empty*/, const std::vector<Operand>& /*none*/) { return "notrack"; }
    static std::string write(const Queue& queue, const std::vector<Operand>& /*none*/)
    {
        return "queue to " + std::to_string(queue.number);
    }
    std::string write(const Unknown& expression, const std::vector<Operand>& /*none*/) { return unknown(expression.name); }
    /// nft writes some in words of its own.
    std::string write(const Xtables& extension, const std::vector<Operand>& /*none*/)
    {
        m_whole = false;
        return (extension.target ? "xt target \"" : "xt match \"") + extension.name + '"';
    }
    std::string write(const Log& log, const std::vector<Operand>& /*none*/) { return orUnknown(actionText(log), "log"); }
    std::string write(const Limit& limit, const std::vector<Operand>& /*none*/) { return orUnknown(actionText(limit), "limit"); }
    std::string write(const ObjectReference& object, const std::vector<Operand>& /*none*/)
    {
        return orUnknown(actionText(object), "objref");
    }
    std::string write(const Reject& reject, const std::vector<Operand>& /*none*/)
    {
        return orUnknown(actionText(reject, m_context), "reject");
    }
    std::string write(const Masquerade& masquerade, const std::vector<Operand>& ports)
    {
        return orUnknown(actionText(masquerade, ports), "masq");
    }
    std::string write(const Redirect& redirect, const std::vector<Operand>& ports)
    {
        return orUnknown(actionText(redirect, ports), "redir");
    }
    std::string write(const Nat& nat, const std::vector<Operand>& operands)
    {
        return orUnknown(actionText(nat, operands, m_context), "nat");
    }
    std::string write(const Dynset& dynset, const std::vector<Operand>& key)
    {
        return orUnknown(actionText(dynset, key, m_context), "dynset");
    }
    std::string write(const Meta& meta, const std::vector<Operand>& value)
    {
        return orUnknown(actionText(meta, value, m_context), "statement");
    }
    std::string write(const Ct& ct, const std::vector<Operand>& value) { return orUnknown(actionText(ct, value, m_context), "statement"); }
    /// Those that only load registers are part of others.
    template <typename T>
    std::string write(const T& /*expression*/, const std::vector<Operand>& /*operands*/)
    {
        return unknown("statement");
    }

    const Table& m_table;
    Context m_context;
    std::vector<std::string> m_parts;
    std::optional<std::size_t> m_sayingNetwork;
    std::optional<std::size_t> m_sayingTransport;
    bool m_whole = true;
};

} // namespace

RuleLine lineOf(const Rule& rule, const Table& table)
{
    RuleLine line = RuleText(table).of(rule);
    if (!rule.comment.empty())
        line.text += (line.text.empty() ? "comment \"" : " comment \"") + rule.comment + '"';
    line.text = cleanText(line.text, Newlines::Drop);
    return line;
}

std::string toText(const Rule& rule, const Table& table)
{
    return lineOf(rule, table).text;
}

} // namespace notrack::nf_tables
