#pragma once

#include "gui/remote/received_report.h"

#include <optional>
#include <vector>

namespace notrack::gui
{

/// One point of the history chart; an empty rate is a gap, never a zero.
struct HistorySample
{
    qint64 monotonic = 0;    ///< steadyNow()
    bool afterPause = false; ///< reports are missing between the sample before and this one
    std::optional<float> usePercent;
    std::optional<float> untracked;    ///< packets a second that NOTRACK rules matched, all of them
    std::optional<float> queries;      ///< of `untracked`, those to a server: answers left out
    std::optional<float> insertFailed; ///< a second
    std::optional<float> dropped;      ///< a second, drop and early_drop together
};

/// What one rule, or one jump, did lately.
struct RuleTrend
{
    std::size_t key = 0; ///< ruleKey() or jumpKey()
    Counters last;
    std::optional<float> packetRate; ///< a second
    std::optional<float> byteRate;   ///< a second
    std::vector<float> recent;       ///< packet rates, oldest first; negative is a gap
};

/// What connection tracking counts, a second.
struct ConntrackRates
{
    float insertFailed = 0;
    float drop = 0;
    float earlyDrop = 0;
    float clashResolved = 0;
};

/// What a rule had counted, by the key of RuleTrend.
struct RulePackets
{
    std::size_t key = 0;
    std::uint64_t packets = 0;
    bool query = false; ///< the rule names a destination port: not an answer's
};

/// Turns the ever-growing counters of a node into rates. A counter that went down (reset, re-made rule, restarted node) and a
/// long silence make a gap in all rates of that moment, so that they never look like a spike.
class NodeHistory
{
public:
    static constexpr std::size_t mostSamples = 360;
    static constexpr std::size_t mostRecent = 60;
    static constexpr std::size_t mostRules = 256;

    /// Takes the figures of a report; `longestPause` (ms) is the silence after which rates start anew.
    void take(const Report& report, qint64 monotonic, qint64 longestPause);

    const std::vector<HistorySample>& samples() const { return m_samples; }
    /// The trend of a rule or a jump, or nullptr past the first mostRules of them.
    const RuleTrend* trend(std::size_t key) const;
    /// The newest sample, or nullptr.
    const HistorySample* latest() const { return m_samples.empty() ? nullptr : &m_samples.back(); }
    /// Between the last two reports; nothing where there is a gap.
    const std::optional<ConntrackRates>& conntrackRates() const { return m_conntrackRates; }

private:
    std::vector<RuleTrend> m_rules;
    std::vector<RulePackets> m_untracked; ///< of every rule that untracks, sorted by key
    std::vector<HistorySample> m_samples;
    std::optional<ConntrackFigures> m_conntrack;
    std::optional<ConntrackRates> m_conntrackRates;
    qint64 m_last = 0;
};

/// The key of the `occurrence`-th rule (from 0) with that text in a chain.
std::size_t ruleKey(Family family, const std::string& chain, const std::string& text, std::size_t occurrence);

/// The key of the jump from one chain to another.
std::size_t jumpKey(Family family, const JumpReport& jump);

} // namespace notrack::gui
