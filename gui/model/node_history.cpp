#include "gui/model/node_history.h"

#include <algorithm>
#include <functional>
#include <string>

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
    return before && now && (now->insertFailed < before->insertFailed || now->drop < before->drop || now->earlyDrop < before->earlyDrop);
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

/// The rules of a report with their keys; trends are carried over from `before`, whose order is mostly the same.
std::vector<RuleTrend> carryOver(const Report& report, std::vector<RuleTrend>& before, std::vector<Counters>& now)
{
    std::vector<RuleTrend> rules;
    rules.reserve(before.size());
    for (const FamilyReport& family : report.families) {
        for (const ChainReport& chain : family.chains) {
            for (std::size_t index = 0; index < chain.rules.size() && rules.size() < NodeHistory::mostRules; ++index) {
                const RuleReport& rule = chain.rules[index];
                const auto twins = std::count_if(chain.rules.begin(), chain.rules.begin() + static_cast<std::ptrdiff_t>(index),
                                                 [&rule](const RuleReport& other) { return other.text == rule.text; });
                const std::size_t key = ruleKey(family.family, chain.name, rule.text, static_cast<std::size_t>(twins));
                auto known = rules.size() < before.size() && before[rules.size()].key == key
                                 ? before.begin() + static_cast<std::ptrdiff_t>(rules.size())
                                 : std::find_if(before.begin(), before.end(), [key](const RuleTrend& old) { return old.key == key; });
                now.push_back(rule.counters);
                if (known == before.end()) {
                    rules.push_back({key, untracks(rule), rule.counters, {}, {}, {}});
                } else {
                    rules.push_back(*known);
                }
            }
        }
    }
    return rules;
}

} // namespace

std::size_t ruleKey(Family family, const std::string& chain, const std::string& text, std::size_t occurrence)
{
    const std::hash<std::string> hash;
    const std::size_t seed = hash(chain) * 31 + (family == Family::Ipv4 ? 4 : 6);
    return (seed * 1'000'003) ^ (hash(text) + occurrence * 0x9e37'79b9);
}

void NodeHistory::take(const Report& report, qint64 monotonic, qint64 longestPause)
{
    std::vector<Counters> now;
    std::vector<RuleTrend> rules = carryOver(report, m_rules, now);
    const qint64 elapsed = monotonic - m_last;
    bool gap = m_last == 0 || elapsed <= 0 || elapsed > longestPause || wentDown(m_conntrack, report.conntrack);
    for (std::size_t index = 0; index < rules.size(); ++index) {
        gap = gap || now[index].packets < rules[index].last.packets || now[index].bytes < rules[index].last.bytes;
    }
    HistorySample sample;
    sample.monotonic = monotonic;
    if (report.conntrack && report.conntrack->max > 0) {
        sample.usePercent =
            static_cast<float>(100.0 * static_cast<double>(report.conntrack->entries) / static_cast<double>(report.conntrack->max));
    }
    float untracked = 0;
    for (std::size_t index = 0; index < rules.size(); ++index) {
        RuleTrend& rule = rules[index];
        rule.packetRate = gap ? std::nullopt : perSecond(rule.last.packets, now[index].packets, elapsed);
        rule.byteRate = gap ? std::nullopt : perSecond(rule.last.bytes, now[index].bytes, elapsed);
        rule.last = now[index];
        untracked += rule.untracks ? rule.packetRate.value_or(0.0F) : 0.0F;
        remember(rule.recent, rule.packetRate);
    }
    if (!gap) {
        sample.untracked = untracked;
        if (m_conntrack && report.conntrack) {
            sample.insertFailed = perSecond(m_conntrack->insertFailed, report.conntrack->insertFailed, elapsed);
            sample.dropped =
                perSecond(m_conntrack->drop + m_conntrack->earlyDrop, report.conntrack->drop + report.conntrack->earlyDrop, elapsed);
        }
    }
    if (m_samples.size() >= mostSamples) {
        m_samples.erase(m_samples.begin());
    }
    m_samples.push_back(sample);
    m_rules = std::move(rules);
    m_conntrack = report.conntrack;
    m_last = monotonic;
}

const RuleTrend* NodeHistory::trend(std::size_t key) const
{
    const auto found = std::find_if(m_rules.begin(), m_rules.end(), [key](const RuleTrend& rule) { return rule.key == key; });
    return found == m_rules.end() ? nullptr : &*found;
}

} // namespace notrack::gui
