#pragma once

#include "core/run/run_context.h"

namespace notrack
{

/// Tries the rules of the profile's tunnels on the outer packets of one far end that answers, before `change` brings them for all. True where they
/// may come, also where there is none to try them with. False: they are out again, and the report says why nothing is written.
bool tryTunnel(RunContext& run, const Profile& profile, const Change& change);

/// The same for a trial that nothing follows: a note says what came of it, or why there is none to try them with; a loss makes the trial one.
void tellTunnel(RunContext& run, const Profile& profile, const Change& change);

} // namespace notrack
