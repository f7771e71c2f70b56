#pragma once

#include "core/run/probe.h"

#include <string>
#include <vector>

namespace notrack
{

/// Asks every service from the calling thread's network namespace: a few sockets each, so that IPVS spreads them over its
/// servers, and each query up to three times before the timeout is over. UDP only, at the first port of the profile.
std::vector<ProbeResult> askOften(const std::string& from, const Profile& profile, const ProbeSettings& settings);

/// The same for a series, where nothing is sent twice.
std::vector<ProbeResult> askInSeries(const std::string& from, const Profile& profile, const ProbeSettings& settings,
                                     const ProbeSeries& series);

} // namespace notrack
