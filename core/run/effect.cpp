#include "core/run/effect.h"

#include <algorithm>
#include <chrono>

namespace notrack
{

namespace
{

/// Rules come within seconds of a boot: what was lost in so short a time tells less than what an earlier boot lost.
constexpr std::uint64_t worthTelling = 600;

LossesOver sinceBoot(const ConntrackFigures& figures, const Memory& memory)
{
    const std::chrono::seconds::rep seconds = memory.sinceBoot().count();
    return {static_cast<std::uint64_t>(std::max<std::chrono::seconds::rep>(seconds, 0)), figures.insertFailed, figures.drop};
}

/// The kernel sums 32 bits a CPU, which begin anew when they are full.
std::uint64_t growth(std::uint64_t from, std::uint64_t to)
{
    return to > from ? to - from : 0;
}

std::uint64_t packetsOf(const Report& report)
{
    std::uint64_t packets = 0;
    for (const FamilyReport& family : report.families)
        for (const ChainReport& chain : family.chains)
            for (const RuleReport& rule : chain.rules)
                packets += rule.counters.packets;
    return packets;
}

} // namespace

void startEffect(RunContext& run)
{
    if (!run.report.conntrack || run.stateBefore != NodeState::Absent)
        return;
    const LossesOver now = sinceBoot(*run.report.conntrack, run.memory);
    const bool pure = !run.memory.lossesAtStart(); // no rules of ours stood in this boot
    if (pure && (now.seconds >= worthTelling || !run.memory.lossesBefore()))
        run.memory.writeLossesBefore(now);
    run.memory.writeLossesAtStart(now);
}

std::optional<Effect> effectOf(const Report& report, const Memory& memory)
{
    const std::optional<LossesOver> start = memory.lossesAtStart();
    const std::optional<LossesOver> before = memory.lossesBefore();
    if (report.state != NodeState::InSync || !report.conntrack || !start || !before)
        return std::nullopt;
    const LossesOver now = sinceBoot(*report.conntrack, memory);
    return Effect{
        .before = *before,
        .since = {growth(start->seconds, now.seconds), growth(start->insertFailed, now.insertFailed), growth(start->drop, now.drop)},
        .packets = packetsOf(report)};
}

} // namespace notrack
