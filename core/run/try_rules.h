#pragma once

#include "core/run/observe.h"
#include "core/run/settle.h"
#include "core/run/witnesses.h"

#include <functional>
#include <vector>

namespace notrack
{

/// What to do with the trial's rules where it passed.
enum class AfterTrial {
    Keep,    ///< the commit of the full rules takes them out
    TakeOut, ///< nothing follows
};

/// Holds the profile's rules, narrowed to client ports that only the trial's own sockets use, against tracked DNS, from every witness; rules of
/// ours that stand are left out of it by exceptions, under scope any by taking them out for the moment. `wanted` is what an apply would make
/// of both families. Whatever it comes to, what stood before stands afterwards, but for AfterTrial::Keep; it is remembered, and in the
/// report.
void tryRules(RunContext& run, const Profile& profile, const std::vector<OwnedPart>& wanted, const Facts& facts, const Witnesses& witnesses,
              AfterTrial after);

/// Whether somebody can be asked whose answer counts.
bool hasVoter(const Witnesses& witnesses, Scope scope);

} // namespace notrack
