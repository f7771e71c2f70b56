#pragma once

#include "core/run/run_context.h"
#include "core/run/trial.h"
#include "core/run/voters.h"

#include <string>

namespace notrack
{

/// What to do with the trial's rules where it passed.
enum class AfterTrial {
    Keep,    ///< the commit of the full rules takes them out
    TakeOut, ///< nothing follows
};

/// Holds the profile's rules, narrowed to client ports that only the trial's own sockets use, against tracked DNS, from every witness; rules of
/// ours that stand are left out of it by exceptions, under scope any by taking them out for the moment. Whatever it comes to, what stood before
/// stands afterwards, but for AfterTrial::Keep; it is remembered, and in the report.
void tryRules(RunContext& run, const TrialStep& step, AfterTrial after);

/// How this run's next trial is made, with ports that no trial used lately, which are written down as used; or why none can be made.
Result<TrialSettings> chooseTrial(RunContext& run, const TrialStep& step, PortsOf whose);

/// Remembers what rules that drop have counted before the first trial of a run.
void startCounting(RunContext& run);

/// Where a trial lost: the rules that dropped packets since then, and how many.
std::vector<std::string> dropsSince(RunContext& run, const TrialReport& report);

/// Writes down that no trial is under way any more.
void forgetUnderWay(RunContext& run);

/// Writes down what it came to, and whose turn is next.
void rememberTrial(RunContext& run, const TrialStep& step, const TrialSize& size, const TrialReport& report);

} // namespace notrack
