#include "core/rules/merged_entries.h"

#include <set>

namespace notrack
{

std::vector<MergedEntry> mergeEntries(const Comparison& comparison, const ChainComparison& chain)
{
    static const std::vector<Entry> nothing;
    const Chain* foundChain = findChain(comparison.table, chain.name);
    const std::vector<Entry>& found = foundChain == nullptr ? nothing : foundChain->entries;
    std::set<std::size_t> moved;
    for (const Insertion& insertion : chain.insertions) {
        if (insertion.movedFrom)
            moved.insert(*insertion.movedFrom);
    }
    std::vector<MergedEntry> merged;
    merged.reserve(found.size() + chain.insertions.size());
    auto deletion = chain.deletions.begin();
    auto insertion = chain.insertions.begin();
    std::size_t at = 0;       // place in the chain as it is
    std::size_t position = 0; // place in the chain as it shall be
    while (at < found.size() || insertion != chain.insertions.end()) {
        if (deletion != chain.deletions.end() && *deletion == at) {
            merged.push_back({&found[at], MergedEntry::State::Goes, at, moved.contains(at)});
            ++deletion;
            ++at;
        } else if (insertion != chain.insertions.end() && (insertion->placed.position <= position || at >= found.size())) {
            merged.push_back({&insertion->placed.entry, MergedEntry::State::Comes, insertion->movedFrom, insertion->movedFrom.has_value()});
            ++insertion;
            ++position;
        } else {
            merged.push_back({&found[at], MergedEntry::State::Stays, at, false});
            ++at;
            ++position;
        }
    }
    return merged;
}

} // namespace notrack
