#include "core/report/rule_report.h"

#include <algorithm>
#include <set>

namespace notrack
{

namespace
{

struct ReportedEntry
{
    const Entry* entry = nullptr;
    ItemState state = ItemState::Ok;
    std::optional<std::uint32_t> position;
};

std::optional<std::uint32_t> countedFromOne(std::optional<std::size_t> place)
{
    if (!place)
        return std::nullopt;
    return static_cast<std::uint32_t>(*place + 1);
}

/// Found entries in their order with the missing ones where they belong; entries that only stand in the wrong place come once,
/// where they should be.
std::vector<ReportedEntry> mergeEntries(const std::vector<Entry>& found, const ChainComparison& chain)
{
    std::set<std::size_t> moved;
    for (const Insertion& insertion : chain.insertions) {
        if (insertion.movedFrom)
            moved.insert(*insertion.movedFrom);
    }
    std::vector<ReportedEntry> merged;
    auto deletion = chain.deletions.begin();
    auto insertion = chain.insertions.begin();
    std::size_t at = 0;
    std::size_t position = 0;
    while (at < found.size() || insertion != chain.insertions.end()) {
        if (deletion != chain.deletions.end() && *deletion == at) {
            if (!moved.contains(at))
                merged.push_back({&found[at], ItemState::Unexpected, countedFromOne(at)});
            ++deletion;
            ++at;
        } else if (insertion != chain.insertions.end() && (insertion->placed.position <= position || at >= found.size())) {
            merged.push_back({&insertion->placed.entry, insertion->movedFrom ? ItemState::Misplaced : ItemState::Missing,
                              countedFromOne(insertion->movedFrom)});
            ++insertion;
            ++position;
        } else {
            merged.push_back({&found[at], ItemState::Ok, countedFromOne(at)});
            ++at;
            ++position;
        }
    }
    return merged;
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
    static const std::vector<Entry> nothing;
    for (const ChainComparison& chain : comparison.chains) {
        const Chain* found = findChain(comparison.table, chain.name);
        ChainReport* rules = nullptr;
        if (!hookOfBuiltIn(chain.name))
            rules = &family.chains.emplace_back(ChainReport{chain.name, stateOf(chain), std::nullopt, {}});
        for (const ReportedEntry& item : mergeEntries(found == nullptr ? nothing : found->entries, chain)) {
            const std::string target(targetOf(item.entry->body));
            if (!chain.shared)
                rules->rules.push_back({toText(item.entry->body), item.state, item.position, item.entry->counters});
            else if (item.state != ItemState::Ok || ours.contains(target))
                family.jumps.push_back({chain.name, target, item.state, item.position, item.entry->counters});
        }
    }
    return family;
}

} // namespace notrack
