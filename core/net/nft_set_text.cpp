#include "core/net/nft_set_text.h"

#include <algorithm>
#include <span>
#include <utility>

namespace notrack::nf_tables
{

namespace
{

using Text = std::optional<std::string>;

/// A run of keys, both ends included.
struct Run
{
    Bytes first;
    Bytes last;
    const SetElement* element = nullptr;
};

/// The number before, in network byte order.
Bytes before(Bytes value)
{
    for (std::size_t i = value.size(); i-- > 0;) {
        if (value[i]-- != 0)
            break;
    }
    return value;
}

/// The kernel keeps an interval as two elements, its first key and the first key that is outside again; the last may be missing.
std::vector<Run> runsOf(const Set& set)
{
    std::vector<Run> runs;
    const bool paired = (set.flags & setInterval) != 0 && (set.flags & setConcatenated) == 0;
    std::vector<const SetElement*> elements;
    for (const SetElement& element : set.elements)
        elements.push_back(&element);
    std::sort(elements.begin(), elements.end(), [](const SetElement* left, const SetElement* right) {
        return left->key != right->key ? left->key < right->key : left->intervalEnd && !right->intervalEnd;
    });
    bool open = false;
    for (const SetElement* element : elements) {
        if (element->intervalEnd) {
            if (std::exchange(open, false))
                runs.back().last = before(element->key);
            continue;
        }
        runs.push_back({element->key, element->lastKey.empty() ? element->key : element->lastKey, element});
        open = paired && !element->catchAll;
        if (open)
            runs.back().last = Bytes(element->key.size(), 0xff);
    }
    return runs;
}

Text keyText(const Run& run, const std::vector<OperandText>& keys)
{
    if (run.element->catchAll)
        return "*";
    std::string text;
    std::size_t offset = 0;
    for (const OperandText& key : keys) {
        if (offset + key.length > run.first.size() || run.first.size() != run.last.size())
            return std::nullopt;
        const auto part = [&](const Bytes& bytes) {
            const std::span<const std::uint8_t> field = std::span(bytes).subspan(offset, key.length);
            return Bytes(field.begin(), field.end());
        };
        const Text first = valueText(part(run.first), key);
        const Text last = valueText(part(run.last), key);
        const bool isRange = part(run.first) != part(run.last);
        const bool ordered = key.notation == Notation::Number || key.notation == Notation::Ipv4 || key.notation == Notation::Ipv6;
        if (!first || !last || (isRange && !ordered))
            return std::nullopt;
        text += (offset == 0 ? "" : " . ") + *first + (isRange ? "-" + *last : "");
        offset += (std::size_t{key.length} + 3) / 4 * 4;
    }
    return text;
}

} // namespace

std::optional<std::string> verdictText(const Verdict& verdict)
{
    switch (verdict.code) {
    case VerdictCode::Drop:
        return "drop";
    case VerdictCode::Accept:
        return "accept";
    case VerdictCode::Continue:
        return "continue";
    case VerdictCode::Jump:
        return "jump " + verdict.chain;
    case VerdictCode::Goto:
        return "goto " + verdict.chain;
    case VerdictCode::Return:
        return "return";
    case VerdictCode::Queue:
    case VerdictCode::Break:
        return std::nullopt;
    }
    return std::nullopt;
}

std::optional<std::string> elementsText(const Set& set, const std::vector<OperandText>& keys)
{
    if (!set.complete || set.elements.empty())
        return std::nullopt;
    std::string text;
    for (const Run& run : runsOf(set)) {
        const Text key = keyText(run, keys);
        if (!key)
            return std::nullopt;
        text += (text.empty() ? "{ " : ", ") + *key;
        if ((set.flags & setMap) == 0)
            continue;
        const auto* verdict = std::get_if<Verdict>(&run.element->value);
        const Text value = verdict == nullptr ? std::nullopt : verdictText(*verdict);
        if (!value)
            return std::nullopt;
        text += " : " + *value;
    }
    return text + " }";
}

} // namespace notrack::nf_tables
