#include "gui/model/node_history.h"

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace notrack::gui
{

namespace
{

std::optional<float> perSecond(std::uint64_t before, std::uint64_t now, qint64 milliseconds)
{
    return static_cast<float>(static_cast<double>(now - before) * 1000.0 / static_cast<double>(milliseconds));
}

bool wentDown(const std::optional<ConntrackFigures>& before, const std::optional<ConntrackFigures>& now)
{
    return before && now &&
           (now->insertFailed < before->insertFailed || now->drop < before->drop || now->earlyDrop < before->earlyDrop ||
            now->clashResolved < before->clashResolved);
}

void remember(std::vector<float>& recent, std::optional<float> rate)
{
    if (recent.size() >= NodeHistory::mostRecent) {
        recent.erase(recent.begin());
    }
    recent.push_back(rate.value_or(-1.0F));
}

/// Whether the rule is one of those that matter: "-j CT --notrack", "-j NOTRACK", nftables' "notrack".
bool untracks(const RuleReport& rule)
{
    return rule.text.find("notrack") != std::string::npos || rule.text.find("-j NOTRACK") != std::string::npos;
}

/// The trend with the key from those of before, which are mostly in the same order; `place` is the one that it had then.
RuleTrend trendOf(std::size_t key, const Counters& counters, const std::vector<RuleTrend>& before, std::size_t place)
{
    if (place < before.size() && before[place].key == key) {
        return before[place];
    }
    const auto known = std::find_if(before.begin(), before.end(), [key](const RuleTrend& old) { return old.key == key; });
    return known == before.end() ? RuleTrend{key, counters, {}, {}, {}} : *known;
}

/// The jumps and rules of a report with their keys, at most mostRules; trends are carried over from `before`.
std::vector<RuleTrend> carryOver(const Report& report, const std::vector<RuleTrend>& before, std::vector<Counters>& now)
{
    std::vector<RuleTrend> rules;
    rules.reserve(before.size());
    const auto carry = [&](std::size_t key, const Counters& counters) {
        if (rules.size() < NodeHistory::mostRules) {
            now.push_back(counters);
            rules.push_back(trendOf(key, counters, before, rules.size()));
        }
    };
    for (const FamilyReport& family : report.families) {
        for (const JumpReport& jump : family.jumps) {
            carry(jumpKey(family.family, jump), jump.counters);
        }
        for (const ChainReport& chain : family.chains) {
            std::unordered_map<std::string_view, std::size_t> seen;
            for (std::size_t index = 0; index < chain.rules.size() && rules.size() < NodeHistory::mostRules; ++index) {
                const RuleReport& rule = chain.rules[index];
                carry(ruleKey(family.family, chain.name, rule.text, seen[rule.text]++), rule.counters);
            }
        }
    }
    return rules;
}

ConntrackRates ratesOf(const ConntrackFigures& before, const ConntrackFigures& now, qint64 milliseconds)
{
    const auto rate = [milliseconds](std::uint64_t from, std::uint64_t to) { return *perSecond(from, to, milliseconds); };
    return {rate(before.insertFailed, now.insertFailed), rate(before.drop, now.drop), rate(before.earlyDrop, now.earlyDrop),
            rate(before.clashResolved, now.clashResolved)};
}

/// What every rule that untracks has counted, sorted by key.
std::vector<RulePackets> untrackedPackets(const Report& report)
{
    std::vector<RulePackets> all;
    for (const FamilyReport& family : report.families) {
        for (const ChainReport& chain : family.chains) {
            std::unordered_map<std::string_view, std::size_t> seen;
            for (const RuleReport& rule : chain.rules) {
                if (untracks(rule)) {
                    all.push_back({ruleKey(family.family, chain.name, rule.text, seen[rule.text]++), rule.counters.packets,
                                   rule.text.find(" --dport ") != std::string::npos});
                }
            }
        }
    }
    std::sort(all.begin(), all.end(), [](const RulePackets& left, const RulePackets& right) { return left.key < right.key; });
    return all;
}

struct Counted
{
    std::uint64_t packets = 0;
    std::uint64_t queries = 0;
};

/// What the rules that are in both have counted meanwhile; nothing where one of them counts less than before.
std::optional<Counted> countedSince(const std::vector<RulePackets>& before, const std::vector<RulePackets>& now)
{
    Counted sum;
    auto old = before.begin();
    for (const RulePackets& rule : now) {
        while (old != before.end() && old->key < rule.key) {
            ++old;
        }
        if (old == before.end() || old->key != rule.key) {
            continue;
        }
        if (rule.packets < old->packets) {
            return std::nullopt;
        }
        sum.packets += rule.packets - old->packets;
        sum.queries += rule.query ? rule.packets - old->packets : 0;
    }
    return sum;
}

} // namespace

std::size_t ruleKey(Family family, const std::string& chain, const std::string& text, std::size_t occurrence)
{
    const std::hash<std::string> hash;
    const std::size_t seed = hash(chain) * 31 + (family == Family::Ipv4 ? 4 : 6);
    return (seed * 1'000'003) ^ (hash(text) + occurrence * 0x9e37'79b9);
}

std::size_t jumpKey(Family family, const JumpReport& jump)
{
    return ruleKey(family, jump.from, "-j " + jump.to, 0);
}

void NodeHistory::take(const Report& report, qint64 monotonic, qint64 longestPause)
{
    std::vector<Counters> now;
    std::vector<RuleTrend> rules = carryOver(report, m_rules, now);
    const qint64 elapsed = monotonic - m_last;
    std::vector<RulePackets> untracked = untrackedPackets(report);
    const auto counted = countedSince(m_untracked, untracked);
    const bool paused = m_last == 0 || elapsed <= 0 || elapsed > longestPause;
    bool gap = paused || !counted || wentDown(m_conntrack, report.conntrack);
    for (std::size_t index = 0; index < rules.size(); ++index) {
        gap = gap || now[index].packets < rules[index].last.packets || now[index].bytes < rules[index].last.bytes;
    }
    HistorySample sample;
    sample.monotonic = monotonic;
    sample.afterPause = paused;
    if (report.conntrack && report.conntrack->max > 0) {
        sample.usePercent =
            static_cast<float>(100.0 * static_cast<double>(report.conntrack->entries) / static_cast<double>(report.conntrack->max));
    }
    for (std::size_t index = 0; index < rules.size(); ++index) {
        RuleTrend& rule = rules[index];
        rule.packetRate = gap ? std::nullopt : perSecond(rule.last.packets, now[index].packets, elapsed);
        rule.byteRate = gap ? std::nullopt : perSecond(rule.last.bytes, now[index].bytes, elapsed);
        rule.last = now[index];
        remember(rule.recent, rule.packetRate);
    }
    m_conntrackRates.reset();
    if (!gap) {
        sample.untracked = perSecond(0, counted->packets, elapsed);
        sample.queries = perSecond(0, counted->queries, elapsed);
        if (m_conntrack && report.conntrack) {
            m_conntrackRates = ratesOf(*m_conntrack, *report.conntrack, elapsed);
            sample.insertFailed = m_conntrackRates->insertFailed;
            sample.dropped = m_conntrackRates->drop + m_conntrackRates->earlyDrop;
        }
    }
    if (m_samples.size() >= mostSamples) {
        m_samples.erase(m_samples.begin());
    }
    m_samples.push_back(sample);
    m_rules = std::move(rules);
    m_untracked = std::move(untracked);
    m_conntrack = report.conntrack;
    m_last = monotonic;
}

const RuleTrend* NodeHistory::trend(std::size_t key) const
{
    const auto found = std::find_if(m_rules.begin(), m_rules.end(), [key](const RuleTrend& rule) { return rule.key == key; });
    return found == m_rules.end() ? nullptr : &*found;
}

} // namespace notrack::gui
