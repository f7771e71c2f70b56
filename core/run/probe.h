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

/// Whether a place that got answers before gets none now, or has lost one of the servers behind a service. A place that only
/// one of the probes could see says nothing.
bool lostAnswers(const std::vector<ProbeResult>& before, const std::vector<ProbeResult>& after);

} // namespace notrack
