#include "core/run/probe.h"

#include <algorithm>

namespace notrack
{

namespace
{

constexpr std::uint32_t queriesOfOneSocket = 2; // A and AAAA

/// IPVS sends all queries of one socket to one server: two that nobody answered, however often they were sent again, are a
/// server that this place cannot reach.
bool lostServer(const ProbeResult& before, const ProbeResult& after)
{
    if (before.answered == 0)
        return false;
    const bool allCame = before.answered >= before.asked;
    const std::uint32_t missing = after.asked - std::min(after.answered, after.asked);
    return (after.asked > 0 && after.answered == 0) || (allCame && missing >= queriesOfOneSocket);
}

} // namespace

bool lostAnswers(const std::vector<ProbeResult>& before, const std::vector<ProbeResult>& after)
{
    return std::any_of(after.begin(), after.end(), [&](const ProbeResult& now) {
        const auto then = std::find_if(before.begin(), before.end(),
                                       [&](const ProbeResult& one) { return one.from == now.from && one.service == now.service; });
        return then != before.end() && lostServer(*then, now);
    });
}

Result<ProbeSeries> makeSeries(std::uint32_t count, std::uint32_t rate)
{
    if (count < 1 || count > mostPairs)
        return makeError(ErrorKind::Usage, "a probe sends from 1 to " + std::to_string(mostPairs) + " pairs of queries");
    if (rate < 1 || rate > mostPairsPerSecond)
        return makeError(ErrorKind::Usage, "a probe sends from 1 to " + std::to_string(mostPairsPerSecond) + " pairs of queries a second");
    return ProbeSeries{count, rate};
}

} // namespace notrack
