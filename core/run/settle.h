#pragma once

#include "core/run/run_context.h"

#include <string>
#include <vector>

namespace notrack
{

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
