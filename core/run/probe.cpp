#include "core/run/probe.h"

#include <algorithm>
#include <set>
#include <string_view>

namespace notrack
{

namespace
{

constexpr std::uint32_t queriesOfOnePair = 2; // A and AAAA
/// A network that loses 30 % of the packets in each direction leaves 4 of 24 pairs silent in 5 of 10,000 cases, after three sendings each.
constexpr std::uint32_t fewestSilentPairs = 4;
/// How many times the silence without the rules it takes.
constexpr std::uint32_t clearlyMore = 3;

const ProbeResult* findRow(const std::vector<ProbeResult>& results, const ProbeResult& like)
{
    const auto found = std::find_if(results.begin(), results.end(),
                                    [&](const ProbeResult& one) { return one.from == like.from && one.service == like.service; });
    return found == results.end() ? nullptr : &*found;
}

bool counts(const ProbeResult& result, Scope scope)
{
    return result.asked > 0 && (scope == Scope::Any || result.from != "node");
}

/// Whether `lost` holds for a row of both.
template <typename Lost>
bool anyRow(const std::vector<ProbeResult>& before, const std::vector<ProbeResult>& after, Lost lost)
{
    return std::any_of(after.begin(), after.end(), [&](const ProbeResult& now) {
        const ProbeResult* then = findRow(before, now);
        return then != nullptr && then->asked > 0 && now.asked > 0 && lost(*then, now);
    });
}

} // namespace

std::vector<ProbeResult> addUp(std::vector<ProbeResult> results, const std::vector<ProbeResult>& more)
{
    for (const ProbeResult& one : more) {
        const auto found = std::find_if(results.begin(), results.end(),
                                        [&](const ProbeResult& known) { return known.from == one.from && known.service == one.service; });
        if (found == results.end()) {
            results.push_back(one);
            continue;
        }
        const ProbeResult sum{.from = one.from,
                              .service = one.service,
                              .asked = found->asked + one.asked,
                              .answered = found->answered + one.answered,
                              .p50 = one.p50 ? one.p50 : found->p50,
                              .p99 = one.p99 ? one.p99 : found->p99,
                              .problem = one.problem.empty() ? found->problem : one.problem,
                              .silent = found->silent + one.silent};
        *found = sum;
    }
    return results;
}

std::vector<ProbeResult> answersOfAll(std::vector<ProbeResult> asked)
{
    for (ProbeResult& result : asked) {
        result.answered = result.asked;
        result.silent = 0;
    }
    return asked;
}

std::uint32_t answeredPlaces(const std::vector<ProbeResult>& results, Scope scope)
{
    std::set<std::string_view> places;
    for (const ProbeResult& result : results) {
        if (counts(result, scope) && result.answered > 0)
            places.insert(result.from);
    }
    return static_cast<std::uint32_t>(places.size());
}

bool wasAsked(const std::vector<ProbeResult>& results, Scope scope)
{
    return std::any_of(results.begin(), results.end(), [&](const ProbeResult& result) { return counts(result, scope); });
}

bool lostAnswers(const std::vector<ProbeResult>& before, const std::vector<ProbeResult>& after)
{
    return anyRow(before, after, [](const ProbeResult& then, const ProbeResult& now) { return then.answered > 0 && now.answered == 0; });
}

bool lostPairs(const std::vector<ProbeResult>& before, const std::vector<ProbeResult>& after)
{
    return anyRow(before, after, [](const ProbeResult& then, const ProbeResult& now) { return now.silent > then.silent; });
}

bool mayHaveLostServers(const std::vector<ProbeResult>& results)
{
    return std::any_of(results.begin(), results.end(), [](const ProbeResult& result) { return result.silent >= fewestSilentPairs; });
}

bool lostServers(const std::vector<ProbeResult>& without, const std::vector<ProbeResult>& with)
{
    return anyRow(without, with, [](const ProbeResult& then, const ProbeResult& now) {
        const std::uint64_t pairsNow = now.asked / queriesOfOnePair;
        const std::uint64_t pairsThen = then.asked / queriesOfOnePair;
        return now.silent >= fewestSilentPairs && then.answered > 0 &&
               now.silent * pairsThen > std::uint64_t{clearlyMore} * then.silent * pairsNow;
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
