#include "core/report/rule_report.h"

#include "core/rules/merged_entries.h"

#include <algorithm>
#include <set>

namespace notrack
{

namespace
{

std::optional<std::uint32_t> countedFromOne(std::optional<std::size_t> place)
{
    if (!place)
        return std::nullopt;
    return static_cast<std::uint32_t>(*place + 1);
}

ItemState stateOf(const MergedEntry& item)
{
    switch (item.state) {
    case MergedEntry::State::Stays:
        return ItemState::Ok;
    case MergedEntry::State::Goes:
        return ItemState::Unexpected;
    case MergedEntry::State::Comes:
        return item.moves ? ItemState::Misplaced : ItemState::Missing;
    }
    return ItemState::Ok;
}

ItemState stateOf(const ChainComparison& chain)
{
    if (chain.present == chain.wanted)
        return ItemState::Ok;
    return chain.wanted ? ItemState::Missing : ItemState::Unexpected;
}

} // namespace

FamilyReport reportFamily(const Comparison& comparison)
{
    FamilyReport family{.family = comparison.table.family, .jumps = {}, .chains = {}};
    std::set<std::string, std::less<>> ours;
    for (const ChainComparison& chain : comparison.chains)
        ours.insert(chain.name);
    for (const ChainComparison& chain : comparison.chains) {
        ChainReport* rules = nullptr;
        if (!hookOfBuiltIn(chain.name))
            rules = &family.chains.emplace_back(ChainReport{chain.name, stateOf(chain), std::nullopt, {}});
        for (const MergedEntry& item : mergeEntries(comparison, chain)) {
            if (item.state == MergedEntry::State::Goes && item.moves)
                continue; // told once, where it should be
            const std::string_view target = targetOf(item.entry->body);
            const std::optional<std::uint32_t> position = countedFromOne(item.position);
            if (rules != nullptr && !chain.shared)
                rules->rules.push_back({toText(item.entry->body), stateOf(item), position, item.entry->counters});
            else if (stateOf(item) != ItemState::Ok || ours.contains(target))
                family.jumps.push_back({chain.name, std::string(target), stateOf(item), position, item.entry->counters});
        }
    }
    return family;
}

} // namespace notrack
