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
        if (open) // the one that follows ends it
            runs.back().last = before(element->key);
        runs.push_back({element->key, element->lastKey.empty() ? element->key : element->lastKey, element});
        open = paired && !element->catchAll;
        if (open)
            runs.back().last = Bytes(element->key.size(), 0xff);
    }
    return runs;
}

/// The prefix that a run of addresses is, or nullopt.
std::optional<std::size_t> prefixOf(const Bytes& first, const Bytes& last)
{
    std::size_t length = 0;
    const auto bit = [](const Bytes& bytes, std::size_t at) { return (bytes[at / 8] & (0x80U >> at % 8)) != 0; };
    while (length < first.size() * 8 && bit(first, length) == bit(last, length))
        ++length;
    for (std::size_t at = length; at < first.size() * 8; ++at) {
        if (bit(first, at) || !bit(last, at))
            return std::nullopt;
    }
    return length;
}

/// "eth*": the names that begin so, as an interval from the shortest to the one that no name reaches.
Text wildcardText(const Bytes& first, const Bytes& last, const OperandText& key)
{
    const auto end = std::find(first.begin(), first.end(), std::uint8_t{0});
    const std::size_t length = static_cast<std::size_t>(end - first.begin());
    const bool isBeginning =
        std::equal(first.begin(), end, last.begin()) &&
        std::all_of(last.begin() + static_cast<std::ptrdiff_t>(length), last.end(), [](std::uint8_t byte) { return byte == 0xff; });
    return isBeginning ? valueText(Bytes(first.begin(), end), key) : std::nullopt;
}

Text rangeText(const Bytes& first, const Bytes& last, const OperandText& key)
{
    if (first == last)
        return valueText(first, key);
    if (key.notation == Notation::Name)
        return wildcardText(first, last, key);
    const Text from = valueText(first, key);
    const Text to = valueText(last, key);
    if (!from || !to || !isOrdered(key))
        return std::nullopt;
    const bool isAddress = key.notation == Notation::Ipv4 || key.notation == Notation::Ipv6;
    if (const auto length = isAddress ? prefixOf(first, last) : std::nullopt)
        return *from + "/" + std::to_string(*length);
    return *from + "-" + *to;
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
        const Text range = rangeText(part(run.first), part(run.last), key);
        if (!range)
            return std::nullopt;
        text += (offset == 0 ? "" : " . ") + *range;
        offset += (std::size_t{key.length} + 3) / 4 * 4;
    }
    return text;
}

/// As nft sorts them: by the number that a key is, which for names and the node's own numbers is read from the end.
void sortAsListed(std::vector<Run>& runs, const std::vector<OperandText>& keys, bool isInterval)
{
    const bool fromEnd = keys.size() == 1 && !isOrdered(keys.front()) && !isInterval;
    std::stable_sort(runs.begin(), runs.end(), [&](const Run& left, const Run& right) {
        if (left.element->catchAll != right.element->catchAll)
            return right.element->catchAll;
        return fromEnd ? std::lexicographical_compare(left.first.rbegin(), left.first.rend(), right.first.rbegin(), right.first.rend())
                       : left.first < right.first;
    });
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
    std::vector<Run> runs = runsOf(set);
    sortAsListed(runs, keys, (set.flags & setInterval) != 0);
    std::string text;
    for (const Run& run : runs) {
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
