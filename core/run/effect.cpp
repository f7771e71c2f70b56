#include "core/run/effect.h"

#include "core/net/chain_names.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace notrack
{

namespace
{

/// Rules come within seconds of a boot: what was lost in so short a time tells less than what an earlier boot lost.
constexpr std::uint64_t worthTelling = 600;
constexpr std::uint64_t sampleEvery = 180; // seconds

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

LossesOver growth(const LossesOver& from, const LossesOver& to)
{
    return {growth(from.seconds, to.seconds), growth(from.insertFailed, to.insertFailed), growth(from.drop, to.drop)};
}

/// Since the oldest sample that was taken with these rules; nothing where it is too young to tell anything.
std::optional<LossesOver> lately(const LossesOver& start, const LossesOver& now, const Memory& memory)
{
    const std::vector<LossesOver> samples = memory.samples();
    const auto oldest = std::find_if(samples.begin(), samples.end(), [&](const LossesOver& one) { return one.seconds >= start.seconds; });
    if (oldest == samples.end() || oldest->seconds + sampleEvery > now.seconds)
        return std::nullopt;
    return growth(*oldest, now);
}

} // namespace

std::uint64_t dnsPacketsOf(const Report& report)
{
    std::uint64_t packets = 0;
    for (const FamilyReport& family : report.families) {
        for (const ChainReport& chain : family.chains) {
            if (const auto name = readChainName(chain.name); name && name->kind == ChainKind::Tunnels)
                continue;
            for (const RuleReport& rule : chain.rules)
                packets += rule.counters.packets;
        }
    }
    return packets;
}

void keepCensus(const Report& report, Memory& memory)
{
    if (!report.census || (report.state != NodeState::InSync && report.state != NodeState::Absent))
        return;
    CensusesKept kept = memory.censuses();
    const EntriesCounted counted{report.time, report.census->entries, report.census->dns, report.census->tunnel};
    (report.state == NodeState::InSync ? kept.since : kept.before) = counted;
    memory.write(kept);
}

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

void keepSample(const Report& report, Memory& memory)
{
    if (!report.conntrack)
        return;
    const LossesOver now = sinceBoot(*report.conntrack, memory);
    const std::vector<LossesOver> samples = memory.samples();
    if (samples.empty() || samples.back().seconds + sampleEvery <= now.seconds)
        memory.addSample(now);
}

std::optional<Effect> effectOf(const Report& report, const Memory& memory)
{
    const std::optional<LossesOver> start = memory.lossesAtStart();
    const std::optional<LossesOver> before = memory.lossesBefore();
    if (report.state != NodeState::InSync || !report.conntrack || !start || !before)
        return std::nullopt;
    const LossesOver now = sinceBoot(*report.conntrack, memory);
    CensusesKept kept = memory.censuses();
    return Effect{.before = *before,
                  .since = growth(*start, now),
                  .lately = lately(*start, now, memory),
                  .packets = dnsPacketsOf(report),
                  .countedBefore = std::move(kept.before),
                  .countedSince = std::move(kept.since)};
}

} // namespace notrack
