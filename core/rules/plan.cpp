#include "core/rules/plan.h"

#include <algorithm>

namespace notrack
{

namespace
{

/// Deletions from the end and insertions from the start, so that every place is right when its turn comes.
void planEntries(const Table& table, const ChainComparison& chain, std::vector<Step>& steps)
{
    steps.reserve(steps.size() + chain.deletions.size() + chain.insertions.size());
    const Chain* found = findChain(table, chain.name);
    std::size_t size = found == nullptr ? 0 : found->entries.size();
    for (auto place = chain.deletions.rbegin(); place != chain.deletions.rend(); ++place)
        steps.emplace_back(DeleteEntry{chain.name, *place});
    size -= chain.deletions.size();
    for (const Insertion& insertion : chain.insertions)
        steps.emplace_back(InsertEntry{chain.name, std::min(insertion.placed.position, size++), insertion.placed.entry});
}

struct StepText
{
    std::string operator()(const CreateChain& step) const { return "-N " + step.chain; }
    std::string operator()(const DeleteChain& step) const { return "-X " + step.chain; }
    std::string operator()(const DeleteEntry& step) const { return "-D " + step.chain + " " + std::to_string(step.position + 1); }
    std::string operator()(const InsertEntry& step) const
    {
        const Counters& counters = step.entry.counters;
        std::string text = "-I " + step.chain + " " + std::to_string(step.position + 1) + " " + toText(step.entry.body);
        if (counters != Counters{})
            text += " -c " + std::to_string(counters.packets) + " " + std::to_string(counters.bytes);
        return text;
    }
};

} // namespace

Plan makePlan(const Comparison& comparison)
{
    Plan plan{.family = comparison.table.family, .steps = {}};
    for (const ChainComparison& chain : comparison.chains) {
        if (chain.wanted && !chain.present && !hookOfBuiltIn(chain.name))
            plan.steps.emplace_back(CreateChain{chain.name});
    }
    for (const ChainComparison& chain : comparison.chains)
        planEntries(comparison.table, chain, plan.steps);
    for (const ChainComparison& chain : comparison.chains) {
        if (chain.present && !chain.wanted)
            plan.steps.emplace_back(DeleteChain{chain.name});
    }
    return plan;
}

std::string toText(const Step& step)
{
    return std::visit(StepText{}, step);
}

} // namespace notrack
