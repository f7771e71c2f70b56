#include "core/run/decide.h"

namespace notrack
{

namespace
{

/// What would be done if nothing spoke against it.
Action towardsTheProfile(const Observation& seen)
{
    if (seen.standing != Standing::InSync)
        return Action::Write;
    return seen.verified ? Action::Nothing : Action::Verify;
}

Action decideApply(const Observation& seen)
{
    const Action action = towardsTheProfile(seen);
    return action != Action::Nothing && seen.judgement == Judgement::Unsafe ? Action::Refuse : action;
}

Action decideUnattended(const Observation& seen)
{
    if (seen.judgement == Judgement::Unsafe)
        return seen.standing == Standing::Absent ? Action::Wait : Action::Withdraw;
    const bool verdictHolds = seen.verified && !seen.unreadForLong;
    if (seen.judgement == Judgement::Unknown && !verdictHolds)
        return Action::Wait;
    Action action = towardsTheProfile(seen);
    if (action == Action::Nothing && seen.judgement == Judgement::Doubtful)
        action = Action::Verify; // the facts are others than those of the verdict: asked before anything is withdrawn
    else if (action == Action::Nothing && seen.refreshDue)
        action = Action::Refresh;
    return action != Action::Nothing && seen.waits ? Action::Wait : action;
}

} // namespace

std::string_view commandOf(Intent intent)
{
    switch (intent) {
    case Intent::Apply:
    case Intent::Reconcile:
        return "apply";
    case Intent::Remove:
        return "remove";
    case Intent::Status:
        return "status";
    case Intent::Trial:
        return "trial";
    case Intent::Retire:
    case Intent::EndRetirement:
        return "retire";
    }
    return {};
}

Action decide(Intent intent, Mode mode, const Observation& seen)
{
    const bool inSync = seen.standing == Standing::InSync;
    if (intent == Intent::Status || intent == Intent::EndRetirement)
        return Action::Tell;
    if (intent == Intent::Trial)
        return seen.judgement == Judgement::Unsafe ? Action::Refuse : seen.pending ? Action::JudgePending : Action::Try;
    if (intent == Intent::Remove) {
        if (inSync)
            return Action::Nothing;
        return mode == Mode::Check ? Action::Tell : Action::Withdraw;
    }
    if (mode == Mode::Check) {
        const Action action = decideApply(seen);
        return action == Action::Write ? Action::Tell : action == Action::Verify ? Action::Nothing : action;
    }
    if (seen.pending)
        return Action::JudgePending;
    return intent == Intent::Apply ? decideApply(seen) : decideUnattended(seen);
}

} // namespace notrack
