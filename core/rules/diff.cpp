#include "core/rules/diff.h"

#include "core/rules/merged_entries.h"

#include <algorithm>
#include <vector>

namespace notrack
{

namespace
{

constexpr std::size_t contextLines = 3;

/// A line that is only put into words when it is printed: a table may hold thousands that are not.
struct DiffLine
{
    char mark = ' ';  ///< ' ' in both listings, '-' only in the kernel's, '+' only in the wanted one
    std::string text; ///< of a line without an entry
    const std::string* chain = nullptr;
    const Entry* entry = nullptr;
};

std::string toText(const DiffLine& line)
{
    return line.entry == nullptr ? line.text : "-A " + *line.chain + " " + toText(line.entry->body);
}

std::string chainHeader(const Comparison& comparison, const std::string& name)
{
    const Chain* chain = findChain(comparison.table, name);
    const bool builtIn = (chain != nullptr && chain->builtIn) || hookOfBuiltIn(name);
    return ":" + name + " " + (!builtIn ? "-" : chain != nullptr ? chain->policy : "ACCEPT");
}

void listHeader(const Comparison& comparison, const ChainComparison& chain, std::vector<DiffLine>& lines)
{
    const std::string header = chainHeader(comparison, chain.name);
    if (chain.present)
        lines.push_back({chain.wanted ? ' ' : '-', header});
    else if (chain.wanted)
        lines.push_back({'+', header});
}

void listEntries(const Comparison& comparison, const ChainComparison& chain, std::vector<DiffLine>& lines)
{
    for (const MergedEntry& item : mergeEntries(comparison, chain)) {
        const char mark = item.state == MergedEntry::State::Goes ? '-' : item.state == MergedEntry::State::Comes ? '+' : ' ';
        lines.push_back({mark, {}, &chain.name, item.entry});
    }
}

std::string range(std::size_t start, std::size_t count)
{
    return std::to_string(count == 0 ? start : start + 1) + (count == 1 ? "" : "," + std::to_string(count));
}

/// Writes lines [begin, end) as one hunk; `oldStart` and `newStart` count the lines of both listings before it.
std::string hunk(const std::vector<DiffLine>& lines, std::size_t begin, std::size_t end, std::size_t oldStart, std::size_t newStart)
{
    std::string body;
    std::size_t oldCount = 0;
    std::size_t newCount = 0;
    for (std::size_t i = begin; i < end; ++i) {
        oldCount += lines[i].mark != '+' ? 1U : 0U;
        newCount += lines[i].mark != '-' ? 1U : 0U;
        body += lines[i].mark + toText(lines[i]) + "\n";
    }
    return "@@ -" + range(oldStart, oldCount) + " +" + range(newStart, newCount) + " @@\n" + body;
}

/// The end of the run of changes that starts at `change`: changes closer together than their context form one hunk.
std::size_t endOfChanges(const std::vector<DiffLine>& lines, std::size_t change)
{
    std::size_t end = change + 1;
    for (std::size_t next = end; next < lines.size() && next < end + 2 * contextLines; ++next) {
        if (lines[next].mark != ' ')
            end = next + 1;
    }
    return end;
}

std::string hunks(const std::vector<DiffLine>& lines)
{
    std::string text;
    std::size_t oldStart = 0; // lines of both listings before `done`
    std::size_t newStart = 0;
    std::size_t done = 0;
    const auto advance = [&](std::size_t to) {
        for (; done < to; ++done) {
            oldStart += lines[done].mark != '+' ? 1U : 0U;
            newStart += lines[done].mark != '-' ? 1U : 0U;
        }
    };
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (lines[i].mark == ' ')
            continue;
        const std::size_t begin = std::max(done, i - std::min(i, contextLines));
        const std::size_t end = std::min(lines.size(), endOfChanges(lines, i) + contextLines);
        advance(begin);
        text += hunk(lines, begin, end, oldStart, newStart);
        advance(end);
        i = end - 1;
    }
    return text;
}

} // namespace

std::string unifiedDiff(const Comparison& comparison)
{
    if (comparison.inSync())
        return {};
    std::vector<DiffLine> lines{{' ', "*raw"}};
    for (const ChainComparison& chain : comparison.chains)
        listHeader(comparison, chain, lines);
    for (const ChainComparison& chain : comparison.chains)
        listEntries(comparison, chain, lines);
    const std::string family(toText(comparison.table.family));
    return "--- kernel/" + family + "\n+++ profile/" + family + "\n" + hunks(lines);
}

} // namespace notrack
