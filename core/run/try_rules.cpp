#include "core/run/try_rules.h"

#include "core/run/trial_tables.h"

#include <exception>
#include <utility>

namespace notrack
{

namespace
{

TrialReport cannotTry(std::string why)
{
    TrialReport report;
    report.at = currentTime();
    report.why = std::move(why);
    return report;
}

TrialReport askInTables(RunContext& run, const TrialStep& step, const TrialSettings& settings, AfterTrial after)
{
    NarrowedRules tables(run, step, untrackedPorts(settings.ports, settings.size));
    if (const Result<void> prepared = tables.prepare(); !prepared) {
        run.fail(prepared.error());
        return cannotTry(toText(prepared.error()));
    }
    const ArmSwitch arms{.track = [&] { return tables.track(); },
                         .untrack =
                             [&] {
                                 startCounting(run); // while the sender has to rest anyway
                                 return tables.untrack();
                             },
                         .counted = step.facts.masqueraded ? std::function<std::uint64_t()>([&] { return tables.counted(); }) : nullptr};
    TrialRun done;
    std::string thrown;
    try {
        done = askBothArms(*run.node.interrogator, step.profile, step.witnesses.all, settings, arms);
        run.quoted = dropsSince(run, done.report);
    } catch (const std::exception& problem) {
        thrown = problem.what();
    }
    run.passedBy = std::move(done.passedBy);
    if (!done.gain.empty())
        run.report.notes.push_back(done.gain);
    if (after == AfterTrial::Keep && thrown.empty() && !done.error && done.report.outcome == TrialOutcome::Passed)
        run.before = tables.before();
    else if (const Result<void> out = tables.takeOut(); !out)
        run.fail(out.error());
    if (!thrown.empty())
        run.fail({ErrorKind::Failed, "the trial ended early, and its rules were taken out: " + thrown, "", ""});
    else if (done.error && !run.report.error)
        run.fail(*done.error);
    return std::move(done.report);
}

} // namespace

Result<TrialSettings> chooseTrial(RunContext& run, const TrialStep& step, PortsOf whose)
{
    const Witnesses& witnesses = step.witnesses;
    TrialMemory memory = run.memory.trial();
    const auto now = run.memory.sinceBoot();
    TrialSettings settings{
        .size = sizeOf(step.profile, witnesses.all), .entriesExpected = step.facts.entriesExpected, .firstPair = memory.nextPair};
    if (!hasVoter(witnesses, step.profile.scope) || settings.size.pairs == 0)
        return makeError(ErrorKind::Failed, !witnesses.unread.empty()           ? witnesses.unread.front()
                                            : step.profile.scope == Scope::Pods ? "no pod of this node has a network namespace with a name"
                                                                                : "no place on this node could ask");
    const auto ports =
        run.node.interrogator->findPorts(witnesses.all, {settings.size.ports, step.profile.protocols, portsInUse(memory, now), whose});
    if (!ports)
        return makeError(ErrorKind::Failed,
                         "no " + std::to_string(settings.size.ports) + " client ports in a row are free at every witness");
    settings.ports = *ports;
    memory.used.push_back({*ports, now});
    memory.hadPod = true;
    memory.stateBefore = run.stateBefore;
    run.memory.write(memory); // before the ports are used: a run that is ended has used them, too
    return settings;
}

void startCounting(RunContext& run)
{
    if (!run.drops)
        run.drops = run.node.inspector.countDrops();
}

std::vector<std::string> dropsSince(RunContext& run, const TrialReport& report)
{
    if (report.outcome != TrialOutcome::Lost || !run.drops)
        return {};
    std::uint32_t fewest = 0;
    for (const TrialRow& row : report.rows)
        fewest = row.lost > 0 && (fewest == 0 || row.lost < fewest) ? row.lost : fewest;
    return droppedBetween(*run.drops, run.node.inspector.countDrops(), fewest);
}

void forgetUnderWay(RunContext& run)
{
    TrialMemory memory = run.memory.trial();
    memory.stateBefore.reset();
    run.memory.write(memory);
}

void rememberTrial(RunContext& run, const TrialStep& step, const TrialSize& size, const TrialReport& report)
{
    TrialMemory memory = run.memory.trial();
    memory.digest = digestOf(step.profile);
    memory.at = run.memory.sinceBoot();
    memory.nextPair = size.left > 0 ? memory.nextPair + size.pairs : 0;
    setLastTrial(memory, report);
    memory.passedBy = false; // until they are seen to
    memory.stateBefore.reset();
    run.memory.write(memory);
    run.report.trial = report;
}

void tryRules(RunContext& run, const TrialStep& step, AfterTrial after)
{
    const Result<TrialSettings> settings = chooseTrial(run, step, PortsOf::Nobody);
    const TrialReport report = settings ? askInTables(run, step, *settings, after) : cannotTry(settings.error().message);
    rememberTrial(run, step, settings ? settings->size : TrialSize{}, report);
    run.watch.lap("trial");
}

} // namespace notrack
