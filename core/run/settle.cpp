#include "core/run/settle.h"

#include "core/run/effect.h"
#include "core/run/trial_step.h"
#include "core/run/tunnel_echo.h"
#include "core/run/tunnel_trial.h"

#include <exception>
#include <utility>

namespace notrack
{

namespace
{

Pending pendingOf(const RunContext& run, const Profile& profile, const std::vector<ProbeResult>& baseline, const Former& former)
{
    Profile asking;
    asking.services = profile.services;
    asking.podCidrs = profile.podCidrs;
    asking.ports = profile.ports;
    asking.protocols = profile.protocols;
    asking.scope = profile.scope;
    asking.tunnels = profile.tunnels;
    asking.chainPrefix = profile.chainPrefix;
    asking.safety.probe = profile.safety.probe;
    return {.digest = digestOf(profile),
            .backend = run.node.store.backend(),
            .asking = std::move(asking),
            .baseline = baseline,
            .before = former.store,
            .otherBefore = former.other};
}

void giveVerdict(RunContext& run, const std::string& digest, Proof by, std::uint32_t places)
{
    const Verdict verdict{.digest = digest,
                          .backend = run.node.store.backend(),
                          .verified = {by, currentTime(), places},
                          .fingerprint = run.fingerprint,
                          .overruled = run.overruled,
                          .delivery = run.delivery};
    run.report.verified = verdict.verified;
    if (const Result<void> written = run.memory.write(verdict); !written) {
        run.memory.erasePending();
        run.report.notes.push_back("the verdict cannot be written down, the next run asks again: " + toText(written.error()));
    }
}

void tookBack(RunContext& run, const std::string& digest)
{
    run.report.rolledBack = true;
    run.report.changed = false;
    run.report.verified.reset();
    run.memory.forgetChanges();
    const auto now = run.memory.sinceBoot();
    run.memory.update([&](const Damping& damping) { return afterRollBack(damping, digest, now); });
}

/// Puts what verifying came to into memory and report. False where nothing of the change stands any more, or nobody knows.
bool conclude(RunContext& run, const std::string& digest, Verification done)
{
    if (!run.report.probe && !done.after.empty())
        run.report.probe.emplace();
    if (run.report.probe)
        run.report.probe->after = std::move(done.after);
    switch (done.outcome) {
    case Outcome::Passed:
        if (run.tried && done.by == Proof::Probe)
            giveVerdict(run, digest, Proof::Trial, *run.tried);
        else
            giveVerdict(run, digest, done.by, done.by == Proof::Waived ? 0 : done.places);
        return true;
    case Outcome::Unverified:
        run.memory.erasePending();
        run.report.notes.push_back("not verified: " + done.why);
        if (done.silent) {
            const auto now = run.memory.sinceBoot();
            run.memory.update([&](const Damping& damping) { return afterSilence(damping, now); });
        }
        return true;
    case Outcome::TakenBack:
        tookBack(run, digest);
        return false;
    case Outcome::Failed:
        run.fail(*done.error);
        return false;
    }
    return false;
}

/// Runs a step between commit and verdict; what is thrown there takes the change back.
template <typename Step>
void guarded(RunContext& run, Change& change, const Step& step)
{
    std::string problem;
    try {
        step();
        return;
    } catch (const std::exception& thrown) {
        problem = thrown.what();
    }
    Result<void> undone = makeError(ErrorKind::Failed, "not tried");
    try {
        undone = change.undo();
    } catch (const std::exception& thrown) {
        undone = tl::unexpected(
            Error{ErrorKind::Failed, std::string("the change could not be taken back: ") + thrown.what(), "", rollbackFailed});
    }
    run.report.changed = false;
    run.report.verified.reset();
    if (!undone)
        return run.fail(undone.error());
    run.memory.erasePending();
    run.fail({ErrorKind::Failed, "DNS could not be asked after the change, which was taken back: " + problem, "", ""});
}

/// Asks in the best way that there is whether DNS works with the rules that stand now.
bool ask(RunContext& run, const Profile& profile, const std::string& digest, Change& change,
         const std::optional<std::vector<ProbeResult>>& baseline, const std::vector<Address>& ends)
{
    std::optional<Verification> done = tryStanding(run, change);
    if (!done) {
        done = verify(change, profile, run.node.prober, baseline);
        run.watch.lap("probe after");
    }
    if (done->outcome == Outcome::Passed || done->outcome == Outcome::Unverified) {
        if (std::string lost = verifyTunnels(run.node, ends, change, *done); !lost.empty())
            run.report.notes.push_back(std::move(lost));
        run.watch.lap("tunnels");
    }
    return conclude(run, digest, std::move(*done));
}

/// How things stand after a change, by what its commit read back where nothing was asked since.
void observeAfter(RunContext& run, const Change& change, const std::optional<std::vector<Comparison>>& readBack)
{
    if (!run.report.error && readBack)
        reportRules(*readBack, run.report);
    else if (!run.report.error)
        observeOutcome(change, run.report.rolledBack ? NodeState::Absent : NodeState::InSync, run.report);
    run.watch.lap("read back");
}

} // namespace

bool rememberPrefix(RunContext& run, const std::string& prefix)
{
    const Result<void> written = run.memory.addPrefix(prefix);
    if (written)
        return true;
    if (run.unattended) {
        run.fail(written.error());
        return false;
    }
    run.report.notes.push_back("the chain prefix cannot be written down; after a change of chainPrefix the old chains would stay: " +
                               toText(written.error()));
    return true;
}

void writeAndVerify(RunContext& run, const Profile& profile, Change& change)
{
    if (!rememberPrefix(run, profile.chainPrefix) || !tryTunnel(run, profile, change))
        return;
    const std::optional<ProbeSettings>& settings = profile.safety.probe;
    std::optional<std::vector<ProbeResult>> baseline;
    if (settings && !canTryStanding(run)) {
        run.report.probe = ProbeReport{run.node.prober.probe(profile, *settings), {}};
        baseline = run.report.probe->before;
        run.watch.lap("probe before");
    }
    const std::vector<Address> ends = settings ? answeringEnds(run.node, profile) : std::vector<Address>();
    const auto announce = [&](const Former& former) -> Result<void> {
        Result<void> written = run.memory.write(pendingOf(run, profile, baseline.value_or(std::vector<ProbeResult>{}), former));
        if (!written && !run.unattended) {
            run.report.notes.push_back("if this run is ended before its verdict, no later one can judge: " + toText(written.error()));
            return {};
        }
        return written;
    };
    guarded(run, change, [&] {
        if (run.before)
            change.startFrom(*run.before);
        const Result<bool> changed = change.write(announce);
        run.watch.lap("commit");
        if (!changed) {
            const Result<void> undone = run.before ? change.undo() : Result<void>(); // the trial's rules may still stand
            if (changed.error().code != rollbackFailed && undone)
                run.memory.erasePending();
            return run.fail(undone ? changed.error() : undone.error());
        }
        run.report.changed = *changed;
        startEffect(run);
        if (change.othersChanged())
            run.report.notes.emplace_back(
                "rules of others in the raw table were changed while this run wrote, by a program that does not take the "
                "lock; one of its edits may have been undone: look at iptables-save -t raw");
        if (change.unread())
            run.report.notes.push_back("the commit was done, and could not be read back: " + toText(*change.unread()));
        if (!settings || run.waivesTrial)
            giveVerdict(run, digestOf(profile), run.waivesTrial ? Proof::Waived : Proof::None, 0);
        else if (!ask(run, profile, digestOf(profile), change, baseline, ends))
            return;
        run.memory.keepPrefixOnly(profile.chainPrefix);
    });
    observeAfter(run, change, settings ? std::nullopt : change.takeReadBack());
}

void verifyStanding(RunContext& run, const Profile& profile, Change& change)
{
    if (!rememberPrefix(run, profile.chainPrefix))
        return;
    if (!profile.safety.probe)
        return giveVerdict(run, digestOf(profile), Proof::None, 0);
    const std::vector<OwnedPart> nothing = nothingOfOurs(&profile, {});
    change.setFormer({.store = nothing, .other = {}});
    guarded(run, change, [&] {
        if (const Result<void> written = run.memory.write(pendingOf(run, profile, {}, {.store = nothing, .other = {}})); !written)
            run.report.notes.push_back("if this run is ended before its verdict, no later one can judge: " + toText(written.error()));
        ask(run, profile, digestOf(profile), change, std::nullopt, {});
    });
    if (run.report.rolledBack)
        observeAfter(run, change, std::nullopt);
}

bool judgePending(RunContext& run, const std::vector<std::string>& prefixes)
{
    const std::optional<Pending> pending = run.memory.pending();
    if (!pending) { // written by another version, or torn: what stands is judged as rules without a verdict
        run.memory.erasePending();
        return true;
    }
    const bool ofOther = run.node.store.backend() != pending->backend;
    if (ofOther && run.node.other == nullptr) {
        run.memory.erasePending();
        return true;
    }
    Node node{run.node.name,
              ofOther ? *run.node.other : run.node.store,
              ofOther ? &run.node.store : run.node.other,
              run.node.inspector,
              run.node.prober,
              run.node.memory,
              run.node.interrogator,
              run.node.tunnels};
    Change change(node, wantedParts(pending->asking, prefixes), nothingOfOurs(&pending->asking, {}), run.wait);
    change.setFormer({pending->before, pending->otherBefore});
    const auto standing = change.compare();
    const auto others = change.compareOther();
    if (!standing || !others) {
        run.fail(standing ? others.error() : standing.error());
        return false;
    }
    RunContext there{node, run.memory, run.report, run.watch, run.unattended, run.delivery, run.wait};
    std::optional<TrialStep> step;
    if (run.trial != nullptr) { // of the profile that is judged
        step.emplace(TrialStep{pending->asking, change.wanted(), change.wantedOfOther(), run.trial->facts, run.trial->witnesses,
                               run.trial->canAsk, run.trial->waived});
        there.trial = &*step;
    }
    if (!allInSync(*standing) ||
        !allInSync(*others)) { // ended before or amid its commits, or changed since: what stood before stands again
        if (const Result<void> undone = change.undo(); !undone)
            run.fail(undone.error());
        else
            run.memory.erasePending();
    } else if (!pending->asking.safety.probe) {
        giveVerdict(there, pending->digest, Proof::None, 0);
    } else {
        const std::optional<std::vector<ProbeResult>> baseline =
            pending->baseline.empty() ? std::nullopt : std::optional(pending->baseline);
        guarded(there, change, [&] { ask(there, pending->asking, pending->digest, change, baseline, {}); });
    }
    run.watch.lap("judge the last run");
    if (run.report.error)
        return false;
    run.report.notes.emplace_back(run.report.rolledBack
                                      ? "an earlier run was ended before its verdict: its rules cut off DNS and were taken back"
                                      : "an earlier run was ended before its verdict, which this run gave");
    if (!run.report.rolledBack)
        return true;
    run.report.changed = true;
    observeOutcome(change, NodeState::Absent, run.report);
    return false;
}

} // namespace notrack
