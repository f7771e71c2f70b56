#pragma once

#include "core/run/try_rules.h"

#include <cstdint>
#include <vector>

namespace notrack
{

/// What a run knows when it comes to its trial.
struct TrialStep
{
    const Profile& profile;
    std::vector<OwnedPart> wanted; ///< of both families
    const Facts& facts;
    const Witnesses& witnesses;
    bool canAsk = false; ///< somebody can be asked whose answer counts
};

/// The trial before a write. True where the write may come; then the trial's rules may still stand, for that write to take out. False: nothing
/// of it stands any more, and the report says why nothing is written. An unattended run makes at most one in 10 minutes and waits else.
bool tryFirst(RunContext& run, const TrialStep& step);

/// Trials and nothing else, one after the other, added up.
void tryOnly(RunContext& run, const TrialStep& step, std::uint32_t count);

} // namespace notrack
