#include "core/run/trial_step.h"

#include "core/run/run_findings.h"

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
    if (!run.unattended || !step.canAsk || !earlier.last || earlier.digest != digestOf(step.profile) || since >= pauseBetweenTrials ||
        earlier.last->outcome == TrialOutcome::Passed)
        return {};
    return "the last trial: " + earlier.last->why + " (the next one in " + std::to_string((pauseBetweenTrials - since).count()) + " s)";
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
    tryRules(run, step.profile, step.wanted, step.facts, step.witnesses, AfterTrial::Keep);
    if (run.report.error)
        return false;
    const TrialReport& trial = *run.report.trial;
    if (trial.outcome == TrialOutcome::Passed) {
        run.tried = trial.places;
        return true;
    }
    if (std::optional<Finding> finding =
            findingOf(trial, {.unattended = run.unattended, .podsExpected = podsExpected(step.profile, earlier)})) {
        finding->waived = isWaived(step.profile, finding->id);
        run.waivesTrial = finding->waived && trial.outcome == TrialOutcome::Lost;
        run.report.findings.insert(run.report.findings.begin(), std::move(*finding));
    }
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
        tryRules(run, step.profile, step.wanted, step.facts, step.witnesses, AfterTrial::TakeOut);
        sum = sum ? addUp(std::move(*sum), *run.report.trial) : *run.report.trial;
    }
    run.report.trial = std::move(sum);
}

} // namespace notrack
