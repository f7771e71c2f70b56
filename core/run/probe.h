#pragma once

#include "core/base/error.h"
#include "core/profile/profile.h"
#include "core/report/report.h"

#include <cstdint>
#include <vector>

namespace notrack
{

/// The door to DNS itself.
class Prober
{
public:
    Prober() = default;
    Prober(const Prober&) = delete;
    Prober& operator=(const Prober&) = delete;
    virtual ~Prober() = default;

    /// Asks every service of the profile for A and AAAA at once, from every place that the settings name; at most the
    /// settings' timeout in all. One result a place and service, in a stable order.
    virtual std::vector<ProbeResult> probe(const Profile& profile, const ProbeSettings& settings) = 0;
};

/// The most that one `probe` may send from one place to one service, so that it never becomes a load generator.
inline constexpr std::uint32_t mostPairs = 1000;
inline constexpr std::uint32_t mostPairsPerSecond = 50;

/// Pairs of queries (A and AAAA at once from a fresh socket), none of them sent again.
struct ProbeSeries
{
    std::uint32_t count = 20;
    std::uint32_t rate = 10; ///< pairs a second

    bool operator==(const ProbeSeries&) const = default;
};

/// Refuses what is over the bounds above.
Result<ProbeSeries> makeSeries(std::uint32_t count, std::uint32_t rate);

/// Rows of the same place and service added up; the median and the 99th percentile are the later ones.
std::vector<ProbeResult> addUp(std::vector<ProbeResult> results, const std::vector<ProbeResult>& more);

/// Rows as if every query of `asked` had been answered: what is expected where nobody knows what came before.
std::vector<ProbeResult> answersOfAll(std::vector<ProbeResult> asked);

/// Places that count as a proof and got an answer: pods, and under scope any the node itself, whose own queries meet no rule otherwise.
std::uint32_t answeredPlaces(const std::vector<ProbeResult>& results, Scope scope);

/// Whether one of those places could ask at all.
bool wasAsked(const std::vector<ProbeResult>& results, Scope scope);

/// Whether a place that got answers from a service before gets none now. A place that only one of the two could see says nothing.
bool lostAnswers(const std::vector<ProbeResult>& before, const std::vector<ProbeResult>& after);

/// Whether more pairs of a place were silent than before: a lost server behind a service, or a network that loses packets.
bool lostPairs(const std::vector<ProbeResult>& before, const std::vector<ProbeResult>& after);

/// Whether so many pairs were silent that a lost server has to be thought of.
bool mayHaveLostServers(const std::vector<ProbeResult>& results);

/// The comparison by counts: whether a place lost far more pairs with the rules than without.
bool lostServers(const std::vector<ProbeResult>& without, const std::vector<ProbeResult>& with);

} // namespace notrack
