#include "core/report/report.h"

namespace notrack
{

std::string_view toText(NodeState state)
{
    switch (state) {
    case NodeState::InSync:
        return "in-sync";
    case NodeState::Drifted:
        return "drifted";
    case NodeState::Absent:
        return "absent";
    case NodeState::Unsafe:
        return "unsafe";
    case NodeState::Error:
        return "error";
    }
    return {};
}

std::string_view toText(ItemState state)
{
    switch (state) {
    case ItemState::Ok:
        return "ok";
    case ItemState::Missing:
        return "missing";
    case ItemState::Unexpected:
        return "unexpected";
    case ItemState::Misplaced:
        return "misplaced";
    }
    return {};
}

std::string_view toText(TrialOutcome outcome)
{
    switch (outcome) {
    case TrialOutcome::Passed:
        return "passed";
    case TrialOutcome::Lost:
        return "lost";
    case TrialOutcome::Silent:
        return "silent";
    case TrialOutcome::NoWitness:
        return "no-witness";
    case TrialOutcome::NoEffect:
        return "no-effect";
    case TrialOutcome::Failed:
        return "failed";
    }
    return {};
}

std::string toText(const TrialRow& row)
{
    const auto counts = [](const TrialArm& arm) { return std::to_string(arm.answered) + " of " + std::to_string(arm.asked); };
    return row.from + ": tracked " + counts(row.tracked) + ", untracked " + counts(row.untracked) + " (" + row.service + ")";
}

std::string_view toText(Proof proof)
{
    switch (proof) {
    case Proof::Trial:
        return "trial";
    case Proof::Probe:
        return "probe";
    case Proof::Waived:
        return "waived";
    case Proof::None:
        return "none";
    }
    return {};
}

} // namespace notrack
