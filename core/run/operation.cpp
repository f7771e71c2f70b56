#include "core/run/operation.h"

#include "core/base/stopwatch.h"
#include "core/run/effect.h"
#include "core/run/keeper.h"
#include "core/run/observe.h"
#include "core/run/refresh.h"
#include "core/run/retire.h"
#include "core/run/run_findings.h"
#include "core/run/settle.h"
#include "core/run/trial_step.h"
#include "core/run/tunnel_trial.h"
#include "core/run/turn.h"

#include <algorithm>
#include <map>
#include <utility>

namespace notrack
{

namespace
{

/// A run looks again after it waited for another one, and after it judged what another one left.
constexpr int mostLooks = 4;

/// One run on its way.
class Run
{
public:
    Run(const Request& request, Node& node)
        : m_request(request), m_node(node), m_memory(node.memory),
          m_report(startReport(node, commandOf(request.intent),
                               request.profile && request.intent != Intent::Remove ? &*request.profile : nullptr)),
          m_watch(m_report.timings)
    {
    }

    Report go()
    {
        for (int looks = 0; looks < mostLooks; ++looks) {
            m_prefixes = m_memory.prefixes();
            m_remembered = m_memory.stateOfChanges();
            m_report.retired = m_remembered.retired.value_or("");
            if (unattended() && m_remembered.retired)
                return leaveRetired(std::move(m_report), m_node, makeRemoval());
            if (const Result<void> seen = look(); !seen)
                return fail(seen.error());
            if (act(decide(m_request.intent, m_request.mode, m_seen)) == Next::Done) {
                tellUnavailable(m_unavailable, m_report);
                return std::move(m_report);
            }
        }
        return fail({ErrorKind::Busy, "other runs of dns-notrack keep changing this node; try again", "", ""});
    }

private:
    enum class Next { Done, LookAgain };

    bool unattended() const { return m_request.intent == Intent::Reconcile; }

    Report fail(Error error)
    {
        m_report.state = NodeState::Error;
        if (unattended() && exitCodeOf(error) == ExitCode::Busy)
            m_report.waitsFor = toText(error);
        m_report.error = std::move(error);
        return std::move(m_report);
    }

    Next failed(Error error)
    {
        m_report = fail(std::move(error));
        return Next::Done;
    }

    // observe

    Result<void> look()
    {
        if (m_request.profile && m_request.intent != Intent::Remove) {
            if (Result<void> told = refusePrefixLikeAnother(m_request.profile->chainPrefix, m_prefixes); !told)
                return told;
        }
        m_unavailable = m_request.profile ? unavailableFamilies(*m_request.profile, m_node.store) : std::map<Family, std::string>{};
        if (m_request.intent != Intent::Remove) {
            if (Result<void> possible = requireAnyFamily(*m_request.profile, m_unavailable, m_node.store.backend()); !possible)
                return possible;
        }
        m_change.emplace(makeChange());
        const bool onlyReads = m_request.intent == Intent::Status || m_request.mode == Mode::Check;
        Result<Differences> differences = onlyReads ? observePastTrial(*m_change, m_node, m_memory, m_report, m_request.diff)
                                                    : observeTables(*m_change, m_node, m_report, m_request.diff);
        m_watch.lap("read");
        if (!differences)
            return tl::unexpected(differences.error());
        m_seen = Observation{.standing = differences->standing, .pending = m_remembered.pending.has_value()};
        if (!onlyReads && m_request.profile && !m_request.profile->safety.probe)
            m_change->startFrom(std::move(differences->store), std::move(differences->other));
        m_report.verified.reset();
        m_overruled.clear();
        m_report.trial = lastTrial(m_memory.trial());
        if (m_request.intent == Intent::Remove) {
            m_report.backend = toText(differences->onlyInOther ? m_node.other->backend() : m_node.store.backend()); // that held the rules
            m_report.notes = differences->foreignObjects;
            for (std::string& note : m_report.notes)
                note.insert(0, "not ours: ");
            return {};
        }
        const std::optional<Verdict> verdict = m_memory.verdict();
        m_keeper.emplace(m_memory, verdict, m_request.delivery, unattended() && m_request.mode == Mode::Write);
        const bool takesOver = m_keeper->isAnother() && (m_request.intent == Intent::Apply || !m_keeper->mustBeLeft(false));
        m_seen.verified = !takesOver && m_seen.standing == Standing::InSync && verdict && verdict->digest == m_report.profileDigest &&
                          verdict->backend == m_node.store.backend() && !m_seen.pending;
        if (m_seen.verified)
            m_report.verified = verdict->verified;
        if (m_request.intent == Intent::Apply && m_seen.verified)
            return {}; // an apply that changes nothing asks nothing
        judge(std::move(*differences), verdict);
        m_watch.lap(m_facts.remembered ? "trace" : "findings");
        return {};
    }

    std::vector<OwnedPart> nothing() const { return nothingOfOurs(m_request.profile ? &*m_request.profile : nullptr, m_prefixes); }

    Change makeRemoval() const { return {m_node, nothing(), nothing(), m_request.wait}; }

    Change makeChange() const
    {
        if (m_request.intent == Intent::Remove)
            return makeRemoval();
        return {m_node, wantedParts(*m_request.profile, m_prefixes, m_unavailable), nothing(), m_request.wait};
    }

    void judge(Differences differences, const std::optional<Verdict>& verdict)
    {
        if (m_request.earlier != nullptr) {
            m_seen.judgement = judgeAgain(m_node, *m_request.earlier, m_report);
        } else {
            const bool settled = m_seen.verified || (m_seen.standing == Standing::Absent && !m_seen.pending);
            const bool idle = unattended() && m_request.mode == Mode::Write && settled;
            const bool compared = m_request.mode == Mode::Write || m_seen.verified;
            m_seen.judgement = idle ? judgeIfMoved(*m_request.profile, m_node, m_memory, std::move(differences), m_report, m_facts)
                                    : judgeNode(*m_request.profile, m_node, std::move(differences), m_report, m_facts,
                                                compared ? Fingerprint::Made : Fingerprint::LeftOut);
            if (m_seen.verified && verdict->fingerprint == m_facts.fingerprint && overrule(m_report.findings, verdict->overruled))
                m_seen.judgement = judgementOf(m_report.findings);
        }
        lookForWitnesses();
        if (m_request.intent == Intent::Status && m_seen.pending)
            m_report.notes.emplace_back(
                "a run was ended, or is under way, before it knew whether DNS works with what it wrote; the next apply "
                "judges that first");
        const Damping damping = m_memory.damping();
        if (isContended(damping))
            m_report.findings.push_back(contended(damping, isWaived(*m_request.profile, "contended")));
        if (m_seen.verified && m_memory.trial().passedBy)
            m_report.findings.push_back(passedBy(isWaived(*m_request.profile, "no-effect")));
        if (!unattended())
            return;
        const bool unread = m_seen.judgement == Judgement::Unknown;
        m_seen.unreadForLong = unread && damping.unread >= mostUnreadRuns;
        auto reason = reasonToWait(damping, m_report.profileDigest, m_memory.sinceBoot());
        if (!reason)
            reason = reasonToWaitForTurn(m_memory, m_report.profileDigest, m_node.name, m_request.spread);
        if (reason) {
            m_seen.waits = true;
            m_reasonToWait = *reason;
        }
    }

    /// Whether packets of our own can decide here, and with that what only they can. A run that finds everything in order looks into no namespace.
    void lookForWitnesses()
    {
        const bool possible =
            m_request.intent != Intent::Status && m_node.interrogator != nullptr && m_request.profile->safety.probe && m_facts.masqueraded;
        m_voters = possible ? Voters(*m_node.interrogator, *m_request.profile) : Voters();
        m_seen.refreshDue = unattended() && m_voters.mayBeAsked() && m_report.verified && m_report.verified->by != Proof::Waived &&
                            isRefreshDue(m_memory.trial(), m_memory.sinceBoot());
        if (m_seen.judgement != Judgement::Unsafe || !trialDecidesAll(m_report.findings) || !m_voters.canBeAsked())
            return;
        m_seen.judgement = Judgement::Doubtful;
        m_overruled = openFatal(m_report.findings);
    }

    // decide, change

    Next act(Action action)
    {
        const bool unsafe = m_seen.judgement == Judgement::Unsafe;
        if (unsafe)
            m_report.state = NodeState::Unsafe;
        if (m_seen.judgement == Judgement::Doubtful && action == Action::Tell)
            m_report.notes.emplace_back(
                "apply will ask from this node's pods before it changes anything: a trial decides what the findings say");
        if (unattended() && m_keeper->mustBeLeft(unsafe) && !m_seen.pending) {
            m_report.waitsFor = m_keeper->toWait(m_request.delivery);
            return Next::Done;
        }
        if (unattended() && m_keeper->isAnother() && action != Action::JudgePending)
            m_report.notes.push_back(m_keeper->toTakeOver());
        if (unattended())
            m_memory.update([&](const Damping& damping) { return afterLook(damping, m_seen.judgement == Judgement::Unknown); });
        switch (action) {
        case Action::Tell:
        case Action::Refuse:
            return Next::Done;
        case Action::Nothing:
            return calm();
        case Action::Wait:
            return wait();
        case Action::JudgePending:
        case Action::Write:
        case Action::Withdraw:
        case Action::Refresh:
        case Action::Verify:
        case Action::Try:
            break;
        }
        if (!m_lock)
            return lockThen(action);
        return actLocked(action);
    }

    Next actLocked(Action action)
    {
        if (action == Action::Withdraw)
            return withdraw();
        const Witnesses& witnesses = m_voters.witnesses();
        if (m_voters.mayBeAsked())
            m_watch.lap("witnesses");
        const TrialStep step{*m_request.profile,
                             m_change->wanted(),
                             m_change->wantedOfOther(),
                             m_facts,
                             witnesses,
                             m_voters.canBeAsked(),
                             isWaived(*m_request.profile, "trial")};
        RunContext context{.node = m_node,
                           .memory = m_memory,
                           .report = m_report,
                           .watch = m_watch,
                           .unattended = unattended(),
                           .delivery = m_request.delivery,
                           .wait = m_request.wait,
                           .stateBefore = m_report.state,
                           .fingerprint = m_facts.fingerprint,
                           .overruled = m_overruled,
                           .trial = m_voters.mayBeAsked() ? &step : nullptr,
                           .witnessesKnown = isRepair() || action == Action::Refresh};
        if (action == Action::JudgePending)
            return judgePending(context, m_prefixes) ? Next::LookAgain : Next::Done;
        if (action == Action::Refresh && stillAnswers(context, [&] { return countedNow(); }))
            return calm();
        if (action == Action::Verify || action == Action::Refresh) {
            verifyStanding(context, *m_request.profile, *m_change);
            if (m_report.verified)
                overrule(m_report.findings, m_overruled);
            return Next::Done;
        }
        if (!rememberPrefix(context, m_request.profile->chainPrefix))
            return Next::Done;
        if (action == Action::Try) {
            tryOnly(context, step, m_request.trials);
            tellTunnel(context, *m_request.profile, *m_change);
            return Next::Done;
        }
        if (!isRepair() && m_voters.mayBeAsked() && !tryFirst(context, step))
            return Next::Done;
        const bool repair = unattended() && m_seen.standing == Standing::Drifted && m_remembered.verdict;
        writeAndVerify(context, *m_request.profile, *m_change);
        if (m_report.verified)
            overrule(m_report.findings, m_overruled);
        if (repair && m_report.changed && !isWaived(*m_request.profile, "contended"))
            m_memory.update([&](const Damping& damping) { return afterRepair(damping, m_memory.sinceBoot()); });
        return Next::Done;
    }

    std::optional<std::uint64_t> countedNow()
    {
        const bool read = observeTables(*m_change, m_node, m_report, m_request.diff).has_value();
        return read ? std::optional(dnsPacketsOf(m_report)) : std::nullopt;
    }

    /// A drift of rules that were shown to work is mended at once, and asked about afterwards.
    bool isRepair() const
    {
        const std::optional<Verdict> verdict = m_memory.verdict();
        return unattended() && m_seen.standing == Standing::Drifted && verdict && verdict->digest == m_report.profileDigest &&
               verdict->fingerprint == m_facts.fingerprint;
    }

    /// One run that may write at a time. What was observed while another one was under way is observed again.
    Next lockThen(Action action)
    {
        auto lock = m_node.memory.lock(m_request.wait);
        if (lock)
            m_lock = std::move(*lock);
        else if (lock.error().kind == ErrorKind::Busy || unattended())
            return failed(lock.error());
        else
            m_report.notes.push_back("runs beside this one cannot be kept away: " + toText(lock.error()));
        m_watch.lap("run lock");
        const bool same = m_memory.stateOfChanges() == m_remembered;
        if (!m_lock)
            m_lock = std::make_unique<RunLock>();
        return same ? actLocked(action) : Next::LookAgain;
    }

    Next calm()
    {
        if (unattended())
            m_memory.update([&](const Damping& damping) { return afterCalm(damping, m_memory.sinceBoot()); });
        if (m_request.intent == Intent::Remove && m_request.mode == Mode::Write) {
            m_memory.forgetChanges();
            if (m_node.other != nullptr)
                m_memory.forgetPrefixes();
        }
        return Next::Done;
    }

    Next wait()
    {
        if (m_seen.judgement == Judgement::Unsafe)
            m_report.waitsFor = reasonsAgainst(m_report.findings);
        else if (m_seen.judgement == Judgement::Unknown)
            m_report.waitsFor =
                "what other programs' rules do with untracked packets cannot be read; nothing is applied and nothing withdrawn: " +
                firstEvidence(m_report.findings, "unread-rules");
        else
            m_report.waitsFor = m_reasonToWait;
        return Next::Done;
    }

    Next withdraw()
    {
        Change removal = makeRemoval();
        Result<Differences> differences = observeTables(removal, m_node, m_report, m_request.diff);
        if (!differences)
            return failed(differences.error());
        removal.startFrom(std::move(differences->store), std::move(differences->other));
        const bool hadVerdict = m_memory.verdict().has_value();
        const Result<bool> written = removal.write({});
        m_watch.lap("commit");
        if (!written)
            m_report = fail(written.error());
        m_report.changed = written.value_or(false);
        if (written) {
            m_memory.forgetChanges();
            if (m_request.intent == Intent::Remove && m_node.other != nullptr)
                m_memory.forgetPrefixes();
            observeOutcome(unattended() ? *m_change : removal, unattended() ? NodeState::Absent : NodeState::InSync, m_report);
        }
        if (unattended()) {
            m_report.state = NodeState::Unsafe;
            m_report.waitsFor = reasonsAgainst(m_report.findings);
            if (written && hadVerdict)
                m_memory.update([&](const Damping& damping) { return afterWithdrawal(damping, m_memory.sinceBoot()); });
        }
        return Next::Done;
    }

    const Request& m_request;
    Node& m_node;
    Memory m_memory;
    Report m_report;
    Stopwatch m_watch;
    std::unique_ptr<RunLock> m_lock;
    std::vector<std::string> m_prefixes;
    std::map<Family, std::string> m_unavailable; ///< of the profile's families, and why
    ChangesRemembered m_remembered;
    std::optional<Change> m_change;
    Observation m_seen;
    std::string m_reasonToWait;
    std::optional<Keeper> m_keeper;
    Facts m_facts;
    Voters m_voters;
    std::vector<std::string> m_overruled; ///< fatal findings that packets of our own decide
};

} // namespace

Report run(const Request& request, Node& node)
{
    if (request.intent == Intent::Retire)
        return retire(request, node);
    if (request.intent == Intent::EndRetirement || (request.intent == Intent::Apply && request.mode == Mode::Write))
        Memory(node.memory).endRetirement();
    Report report = Run(request, node).go();
    Memory memory(node.memory);
    if (request.intent == Intent::Status)
        report.effect = effectOf(report, memory);
    if (request.intent == Intent::Reconcile && request.mode == Mode::Write)
        keepSample(report, memory);
    return report;
}

} // namespace notrack
