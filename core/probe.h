#pragma once

#include "core/profile.h"
#include "core/report.h"

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

/// Whether a place that got answers before gets none now.
bool lostAnswers(const std::vector<ProbeResult>& before, const std::vector<ProbeResult>& after);

} // namespace notrack
