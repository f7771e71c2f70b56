#include "core/findings/drop_counts.h"

#include "core/base/number_text.h"
#include "core/findings/node_facts.h"
#include "core/net/nft_text.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

namespace notrack
{

namespace
{

constexpr std::size_t mostRulesQuoted = 4;

/// "[12:345]".
std::optional<std::uint64_t> packetsIn(std::string_view counters)
{
    if (!counters.starts_with('['))
        return std::nullopt;
    return readNumber<std::uint64_t>(counters.substr(1, counters.find(':') - 1));
}

bool drops(std::string_view line)
{
    return line.find(" -j DROP") != std::string_view::npos || line.find(" -j REJECT") != std::string_view::npos;
}

/// Packets of a rule that drops; nothing for others, and for those without a counter.
std::optional<std::uint64_t> packetsOf(const nf_tables::Rule& rule)
{
    std::optional<std::uint64_t> packets;
    bool drops = false;
    for (const nf_tables::Expression& expression : rule.expressions) {
        if (const auto* counter = std::get_if<nf_tables::Counter>(&expression))
            packets = counter->packets;
        else if (const auto* verdict = std::get_if<nf_tables::Verdict>(&expression))
            drops = drops || verdict->code == nf_tables::VerdictCode::Drop;
        else if (const auto* target = std::get_if<nf_tables::Xtables>(&expression))
            drops = drops || (target->target && target->name == "REJECT");
        else
            drops = drops || std::holds_alternative<nf_tables::Reject>(expression);
    }
    return drops ? packets : std::nullopt;
}

} // namespace

DropCounts countDrops(const std::vector<SavedTable>& saved)
{
    DropCounts counts;
    for (const SavedTable& table : saved) {
        const std::string where = table.table + " (" + (table.family == Family::Ipv4 ? "iptables" : "ip6tables") + "): ";
        for (const std::string_view line : table.lines) {
            const std::size_t space = line.find(' ');
            const bool rule = space != std::string_view::npos && drops(line);
            const std::size_t policy = line.starts_with(':') ? line.find(" DROP [") : std::string_view::npos;
            if (policy != std::string_view::npos)
                counts[where + "-P " + std::string(line.substr(1, policy)) + "DROP"] += packetsIn(line.substr(policy + 6)).value_or(0);
            else if (rule)
                counts[where + std::string(line.substr(space + 1))] += packetsIn(line).value_or(0);
        }
    }
    return counts;
}

DropCounts countDrops(const nf_tables::Rules& rules)
{
    DropCounts counts;
    for (const nf_tables::Table& table : rules.tables) {
        for (const nf_tables::Chain& chain : table.chains) {
            for (const nf_tables::Rule& rule : chain.rules) {
                if (const auto packets = packetsOf(rule))
                    counts["table " + table.family + " " + table.name + ", chain " + chain.name + ": " + nf_tables::toText(rule, table)] +=
                        *packets;
            }
        }
    }
    return counts;
}

std::vector<std::string> droppedBetween(const DropCounts& before, const DropCounts& after, std::uint64_t atLeast)
{
    std::vector<std::pair<std::uint64_t, std::string>> rules;
    for (const auto& [text, packets] : after) {
        const auto known = before.find(text);
        const std::uint64_t then = known == before.end() ? 0 : known->second;
        if (packets >= then + std::max<std::uint64_t>(atLeast, 1))
            rules.emplace_back(packets - then, text);
    }
    std::stable_sort(rules.begin(), rules.end(), [](const auto& one, const auto& other) { return one.first > other.first; });
    rules.resize(std::min(rules.size(), mostRulesQuoted));
    std::vector<std::string> texts;
    texts.reserve(rules.size());
    for (const auto& [packets, text] : rules)
        texts.push_back(std::to_string(packets) + " packets: " + text);
    return texts;
}

} // namespace notrack
