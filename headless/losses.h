#pragma once

#include "core/profile/profile.h"
#include "core/report/report.h"

#include <cstdint>
#include <optional>
#include <string>

namespace notrack
{

/// DNS as a doctor finds it.
struct AskedDns
{
    std::optional<ProbeReport> probe; ///< empty: the profile asks for none
    std::uint64_t lostMeanwhile = 0;  ///< insert failures and drops of conntrack while it was asked
};

/// Asks DNS as `probe` does, from the places that the profile names.
AskedDns askDns(const Profile& profile);

/// Counts who fills the conntrack table, and puts it into the report; the error where it cannot be counted.
Result<void> takeCensus(const Profile& profile, Report& report);

/// Puts into the report what was asked, what this node lost beside conntrack, and why DNS is lost here.
void tellLosses(const Profile& profile, AskedDns asked, Report& report);

/// The same with what a doctor found when the node was captured.
void recallLosses(const std::string& capturedReport, Report& report);

} // namespace notrack
