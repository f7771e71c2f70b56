#include "core/findings/native_elements.h"

#include "core/findings/native_words.h"

#include <algorithm>
#include <utility>

namespace notrack
{

namespace
{

std::string portOf(std::string port)
{
    std::replace(port.begin(), port.end(), '-', ':');
    return port == "domain" ? "53" : port;
}

/// What one value asks of a field; of a range of addresses, each of its networks does.
std::vector<Condition> conditionsOf(const NativeField& field, const std::string& value)
{
    if (field.match == "multiport")
        return {makeCondition(field.match, field.option, portOf(value), false)};
    if (field.option == "--mark")
        return {makeCondition(field.match, field.option, value + "/0xffffffff", false)};
    if (field.option == "--ctstate")
        return {makeCondition(field.match, field.option, upperCase(value), false)};
    std::vector<Condition> conditions;
    if (field.option == "-s" || field.option == "-d")
        for (const Prefix& network : networksOfRange(value))
            conditions.push_back(makeCondition(field.match, field.option, toText(network), false));
    if (conditions.empty())
        conditions.push_back(makeCondition(field.match, field.option, value, false));
    return conditions;
}

bool areElementOf(const std::vector<NativeField>& fields, const std::vector<std::string>& words)
{
    if (words.size() != 2 * fields.size() - 1 || words.front().starts_with('@'))
        return false;
    for (std::size_t i = 1; i < words.size(); i += 2)
        if (words[i] != ".")
            return false;
    return true;
}

} // namespace

std::vector<NativeElement> readNativeElement(const std::vector<NativeField>& fields, const std::vector<std::string>& words)
{
    if (!areElementOf(fields, words))
        return {};
    std::vector<NativeElement> elements{{}};
    for (std::size_t i = 0; i < fields.size(); ++i) {
        std::vector<NativeElement> more;
        for (const Condition& condition : conditionsOf(fields[i], words[2 * i])) {
            for (NativeElement element : elements) {
                element.push_back(condition);
                more.push_back(std::move(element));
            }
        }
        elements = std::move(more);
    }
    return elements;
}

Condition anyOf(std::vector<NativeElement> elements, bool negated)
{
    auto all = std::make_shared<Alternatives>();
    all->elements.reserve(elements.size());
    for (NativeElement& element : elements)
        all->elements.push_back({.line = {}, .conditions = std::move(element), .target = {}, .isGoto = false, .targetOptions = {}});
    all->index = RuleIndex(all->elements);
    Condition condition = makeCondition("nft", "--set", "", negated);
    condition.anyOf = std::move(all);
    return condition;
}

} // namespace notrack
