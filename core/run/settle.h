#pragma once

#include "core/base/stopwatch.h"
#include "core/run/change.h"
#include "core/run/remembered.h"

#include <chrono>

namespace notrack
{

/// What the steps of one run share.
struct RunContext
{
    Node& node;
    Memory& memory;
    Report& report;
    Stopwatch& watch;
    bool unattended = false;
    std::chrono::milliseconds wait{0};
    std::string fingerprint;            ///< of the facts that this run judged by
    std::vector<std::string> overruled; ///< fatal findings that are overruled where DNS is shown to work
    std::optional<std::uint32_t> tried; ///< places that a trial of this run passed at
    std::vector<OwnedPart> before;      ///< what stood before a trial whose rules still stand; else nothing
    bool waivesTrial = false;           ///< a trial said no, and the profile waives it
};

/// From the first write to the verdict. The verdict, or why there is none, goes into the report; whatever fails in between, be it memory or
/// a thread, the change is taken back, or the report's error has the code rollbackFailed.

/// Writes down the prefix under which this run is about to write: false where an unattended run must not, since it cannot.
bool rememberPrefix(RunContext& run, const std::string& prefix);

/// Asks, writes down what a later run needs to judge, writes, and verifies.
void writeAndVerify(RunContext& run, const Profile& profile, Change& change);

/// Verifies rules that stand without a verdict: after a boot of the program, under a changed profile.
void verifyStanding(RunContext& run, const Profile& profile, Change& change);

/// Judges what a run left that was ended before its verdict. True where this run may go on; otherwise the change was taken back, or could not
/// be.
bool judgePending(RunContext& run, const std::vector<std::string>& prefixes);

} // namespace notrack
