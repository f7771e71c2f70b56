#pragma once

#include "core/run/try_rules.h"
#include "core/run/verify.h"

#include <cstdint>
#include <optional>

namespace notrack
{

/// The trial before a write. True where the write may come; then the trial's rules may still stand, for that write to take out. False: nothing
/// of it stands any more, and the report says why nothing is written. An unattended run makes at most one in 10 minutes and waits else.
bool tryFirst(RunContext& run, const TrialStep& step);

/// Trials and nothing else, one after the other, added up.
void tryOnly(RunContext& run, const TrialStep& step, std::uint32_t count);

/// Whether trials decide about rules that stand in this run: somebody can be asked, and no trial has found out that asking shows nothing.
bool canTryStanding(const RunContext& run);

/// The reverse: the full rules stand, and are held against tracked DNS on ports that they are kept from only where untracked queries are silent.
/// Loss takes `change` back, unless it is waived. Nothing where that shows nothing; then all is as it was.
std::optional<Verification> tryStanding(RunContext& run, Change& change);

} // namespace notrack
