#include "core/run/trial_step.h"

#include "core/run/run_findings.h"
#include "core/run/trial_tables.h"

#include <algorithm>
#include <utility>

namespace notrack
{

namespace
{

/// Why an unattended run shall not try again yet, or nothing.
std::string reasonToWait(const RunContext& run, const TrialStep& step, const TrialMemory& earlier)
{
    const auto since = run.memory.sinceBoot() - earlier.at;
    if (!run.unattended || !step.canAsk || earlier.digest != digestOf(step.profile) || since >= pauseBetweenTrials)
        return {};
    const std::optional<TrialReport> last = lastTrial(earlier);
    if (!last || last->outcome == TrialOutcome::Passed)
        return {};
    return "the last trial: " + last->why + " (the next one in " + std::to_string((pauseBetweenTrials - since).count()) + " s)";
}

/// Tells what a trial says against the rules. Whether the profile waives it.
bool tell(RunContext& run, const TrialStep& step, std::optional<Finding> finding)
{
    if (!finding)
        return false;
    const bool waived = finding->waived = isWaived(step.profile, finding->id) || (finding->id == "trial" && step.waived);
    run.report.findings.insert(run.report.findings.begin(), std::move(*finding));
    return waived;
}

/// Pods can be asked here as a rule, and the profile asks for them.
bool podsExpected(const Profile& profile, const TrialMemory& earlier)
{
    const std::vector<ProbeOrigin>& from = profile.safety.probe->from;
    return earlier.hadPod && std::find(from.begin(), from.end(), ProbeOrigin::Pods) != from.end();
}

} // namespace

bool tryFirst(RunContext& run, const TrialStep& step)
{
    const TrialMemory earlier = run.memory.trial();
    if (std::string reason = reasonToWait(run, step, earlier); !reason.empty()) {
        run.report.waitsFor = std::move(reason);
        return false;
    }
    tryRules(run, step, AfterTrial::Keep);
    if (run.report.error)
        return false;
    const TrialReport& trial = *run.report.trial;
    if (trial.outcome == TrialOutcome::Passed) {
        run.tried = trial.places;
        run.witnessesKnown = true;
        return true;
    }
    const bool waived =
        tell(run, step,
             findingOf(trial, {.unattended = run.unattended, .podsExpected = podsExpected(step.profile, earlier), .drops = run.quoted}));
    run.waivesTrial = waived && trial.outcome == TrialOutcome::Lost;
    if (trial.outcome == TrialOutcome::NoEffect || trial.outcome == TrialOutcome::NoWitness)
        run.trial = nullptr; // asking again shows as little
    if (run.waivesTrial || reasonsAgainst(run.report.findings).empty())
        return true;
    run.report.state = NodeState::Unsafe; // what only a trial could have overruled stands where it did not
    if (run.unattended)
        run.report.waitsFor = reasonsAgainst(run.report.findings);
    return false;
}

void tryOnly(RunContext& run, const TrialStep& step, std::uint32_t count)
{
    if (run.node.interrogator == nullptr || !step.profile.safety.probe) {
        run.report.state = NodeState::Error;
        run.report.error = Error{ErrorKind::Failed, "the profile asks for no probe (`probe: false`), so nothing is tried", "", ""};
        return;
    }
    std::optional<TrialReport> sum;
    for (std::uint32_t i = 0; i < count && !run.report.error; ++i) {
        tryRules(run, step, AfterTrial::TakeOut);
        for (const std::string& drop : run.quoted)
            run.report.notes.push_back("dropped meanwhile, " + drop);
        sum = sum ? addUp(std::move(*sum), *run.report.trial) : *run.report.trial;
    }
    run.report.trial = std::move(sum);
}

bool canTryStanding(const RunContext& run)
{
    return run.trial != nullptr && run.trial->canAsk;
}

std::optional<Verification> tryStanding(RunContext& run, Change& change)
{
    if (!canTryStanding(run))
        return std::nullopt;
    const TrialStep& step = *run.trial;
    Result<TrialSettings> settings = chooseTrial(run, step, PortsOf::Everybody);
    if (!settings)
        return std::nullopt;
    settings->start = Arm::Untracked;
    settings->witnessesKnown = run.witnessesKnown;
    settings->passedBy = run.passedBy;
    StandingRules tables(run, step, settings->ports);
    if (!tables.prepare())
        return std::nullopt;
    const ArmSwitch arms{.track = [&] { return tables.track(); }, .untrack = [&] { return tables.untrack(); }, .counted = nullptr};
    startCounting(run);
    TrialRun done = askBothArms(*run.node.interrogator, step.profile, step.witnesses.all, *settings, arms);
    const TrialOutcome outcome = done.report.outcome;
    const bool waived = outcome == TrialOutcome::Lost && (step.waived || isWaived(step.profile, "trial"));
    Verification verified{.places = done.report.places, .by = Proof::Trial};
    const Result<void> put = outcome == TrialOutcome::Lost && !waived ? change.undo() : tables.takeOut();
    run.quoted = dropsSince(run, done.report);
    if (outcome != TrialOutcome::Passed || !run.witnessesKnown) // one that passed where a trial did has nothing new to show
        rememberTrial(run, step, settings->size, done.report);
    else
        forgetUnderWay(run);
    run.watch.lap("trial of the full rules");
    if (outcome == TrialOutcome::Lost || outcome == TrialOutcome::NoEffect)
        tell(run, step, findingOf(done.report, {.drops = run.quoted}));
    if (!put) {
        verified.outcome = Outcome::Failed;
        verified.error = put.error();
        return verified;
    }
    switch (outcome) {
    case TrialOutcome::Passed:
        verified.outcome = Outcome::Passed;
        return verified;
    case TrialOutcome::Lost:
        verified.outcome = waived ? Outcome::Passed : Outcome::TakenBack;
        verified.by = waived ? Proof::Waived : Proof::Trial;
        return verified;
    case TrialOutcome::Silent:
        verified.outcome = Outcome::Unverified;
        verified.silent = true;
        verified.why = done.report.why;
        return verified;
    case TrialOutcome::NoWitness:
    case TrialOutcome::NoEffect:
    case TrialOutcome::Failed:
        return std::nullopt;
    }
    return std::nullopt;
}

} // namespace notrack
