#include "core/rules/table.h"

#include <algorithm>

namespace notrack
{

const Chain* findChain(const Table& table, std::string_view name)
{
    const auto found = std::find_if(table.chains.begin(), table.chains.end(), [&](const Chain& chain) { return chain.name == name; });
    return found == table.chains.end() ? nullptr : &*found;
}

std::string_view targetOf(const RuleBody& body)
{
    if (const auto* jump = std::get_if<Jump>(&body))
        return jump->chain;
    if (const auto* foreign = std::get_if<ForeignRule>(&body))
        return foreign->target;
    return {};
}

std::string toText(const RuleBody& body)
{
    if (const auto* rule = std::get_if<NotrackRule>(&body))
        return toText(*rule);
    if (const auto* jump = std::get_if<Jump>(&body))
        return "-j " + jump->chain;
    const auto& foreign = std::get<ForeignRule>(body);
    return foreign.text.empty() ? "[...] -j " + foreign.target : foreign.text;
}

} // namespace notrack
