#include "core/run/try_rules.h"

#include "core/rules/trial_rules.h"
#include "core/run/trial.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <utility>

namespace notrack
{

namespace
{

bool holdsRules(const OwnedPart& part)
{
    return std::any_of(part.chains.begin(), part.chains.end(), [](const OwnedChain& chain) { return !chain.entries.empty(); });
}

/// The three states of the tables in a trial, and the ways between them.
class TrialTables
{
public:
    TrialTables(RunContext& run, const Profile& profile, const std::vector<OwnedPart>& wanted, const PortRange& ports)
        : m_run(run), m_profile(profile), m_wanted(wanted), m_ports(ports)
    {
    }

    /// Makes room for the tracked arm where rules of ours stand.
    Result<void> prepare()
    {
        auto compared = compareTables(m_run.node.store, m_wanted);
        if (!compared)
            return tl::unexpected(compared.error());
        std::vector<OwnedPart> tracked;
        std::vector<OwnedPart> untracked;
        bool anything = false;
        for (std::size_t i = 0; i < m_wanted.size(); ++i) {
            OwnedPart present = withoutTrial(presentPart(compared->at(i).table, m_wanted[i]));
            anything = anything || holdsRules(present);
            m_run.before.push_back(present);
            if (m_profile.scope == Scope::Any) // masquerading takes other ports than an exception names
                present.chains.clear();
            tracked.push_back(withExceptions(present, m_wanted[i].ruleset, m_ports));
            untracked.push_back(m_wanted[i].ruleset.empty() ? present : withNarrowed(present, m_wanted[i].ruleset, m_ports));
        }
        m_narrowed = std::make_unique<Change>(m_run.node, std::move(untracked), std::vector<OwnedPart>{}, m_run.wait);
        if (!anything)
            return {};
        m_exceptions = std::make_unique<Change>(m_run.node, tracked, std::vector<OwnedPart>{}, m_run.wait);
        m_tracked = std::move(tracked);
        const Result<bool> written = m_exceptions->write({});
        return written ? Result<void>() : tl::unexpected(written.error());
    }

    Result<void> untrack()
    {
        const Result<bool> written = m_narrowed->write({});
        if (!written)
            return tl::unexpected(written.error());
        m_stands = true;
        if (!m_tracked.empty())
            m_narrowed->setFormer({.store = m_tracked, .other = {}}); // with the exceptions, which are the trial's as well
        return {};
    }

    Result<void> track()
    {
        Result<void> undone = m_narrowed->undo();
        m_stands = m_stands && !undone;
        return undone;
    }

    /// Packets that the narrowed rules have seen.
    std::uint64_t counted() const
    {
        const auto compared = m_narrowed->compare();
        if (!compared)
            return 1; // nobody can tell
        std::uint64_t packets = 0;
        for (const Comparison& comparison : *compared) {
            for (const Hook hook : allHooks) {
                const Chain* chain = findChain(comparison.table, trialChain(m_profile.chainPrefix, hook));
                for (std::size_t i = 0; chain != nullptr && i < chain->entries.size(); ++i)
                    packets += chain->entries[i].counters.packets;
            }
        }
        return packets;
    }

    /// What stood before the trial stands again.
    Result<void> takeOut()
    {
        if (m_stands) {
            if (Result<void> undone = track(); !undone)
                return undone;
        }
        return m_exceptions ? m_exceptions->undo() : Result<void>();
    }

private:
    RunContext& m_run;
    const Profile& m_profile;
    const std::vector<OwnedPart>& m_wanted;
    PortRange m_ports;
    std::vector<OwnedPart> m_tracked; ///< nothing where nothing of ours stood
    std::unique_ptr<Change> m_narrowed;
    std::unique_ptr<Change> m_exceptions; ///< nothing where nothing of ours stood
    bool m_stands = false;
};

TrialReport cannotTry(std::string why)
{
    TrialReport report;
    report.at = currentTime();
    report.why = std::move(why);
    return report;
}

void fail(RunContext& run, Error error)
{
    run.report.state = NodeState::Error;
    run.report.error = std::move(error);
}

TrialReport askInTables(RunContext& run, const Profile& profile, const std::vector<OwnedPart>& wanted, const Facts& facts,
                        const Witnesses& witnesses, const TrialSettings& settings, AfterTrial after)
{
    TrialTables tables(run, profile, wanted, untrackedPorts(settings.ports, settings.size));
    if (const Result<void> prepared = tables.prepare(); !prepared) {
        fail(run, prepared.error());
        return cannotTry(toText(prepared.error()));
    }
    const ArmSwitch arms{.track = [&] { return tables.track(); },
                         .untrack = [&] { return tables.untrack(); },
                         .counted = facts.masqueraded ? std::function<std::uint64_t()>([&] { return tables.counted(); }) : nullptr};
    TrialRun done;
    std::string thrown;
    try {
        done = askBothArms(*run.node.interrogator, profile, witnesses.all, settings, arms);
    } catch (const std::exception& problem) {
        thrown = problem.what();
    }
    const bool keep = after == AfterTrial::Keep && thrown.empty() && !done.error && done.report.outcome == TrialOutcome::Passed;
    if (!keep) {
        run.before.clear();
        if (const Result<void> out = tables.takeOut(); !out)
            fail(run, out.error());
    }
    if (!thrown.empty())
        fail(run, {ErrorKind::Failed, "the trial ended early, and its rules were taken out: " + thrown, "", ""});
    else if (done.error && !run.report.error)
        fail(run, *done.error);
    return std::move(done.report);
}

} // namespace

bool hasVoter(const Witnesses& witnesses, Scope scope)
{
    return std::any_of(witnesses.all.begin(), witnesses.all.end(), [&](const Witness& witness) {
        return witness.role == Role::Pod || (witness.role == Role::Node && scope == Scope::Any);
    });
}

void tryRules(RunContext& run, const Profile& profile, const std::vector<OwnedPart>& wanted, const Facts& facts, const Witnesses& witnesses,
              AfterTrial after)
{
    TrialMemory memory = run.memory.trial();
    const auto now = run.memory.sinceBoot();
    const TrialSize size = sizeOf(profile, witnesses.all);
    TrialReport report;
    if (!hasVoter(witnesses, profile.scope) || size.pairs == 0) {
        report = cannotTry(!witnesses.unread.empty()      ? witnesses.unread.front()
                           : profile.scope == Scope::Pods ? "no pod of this node has a network namespace with a name"
                                                          : "no place on this node could ask");
    } else if (const auto ports = run.node.interrogator->findPorts(witnesses.all, size.ports, portsInUse(memory, now)); !ports) {
        report = cannotTry("no " + std::to_string(size.ports) + " client ports in a row are free at every witness");
    } else {
        TrialSettings settings{.size = size, .ports = *ports, .entriesExpected = facts.entriesExpected, .firstPair = memory.nextPair};
        memory.used.push_back({*ports, now});
        memory.hadPod = true;
        run.memory.write(memory); // before the ports are used: a run that is ended has used them, too
        report = askInTables(run, profile, wanted, facts, witnesses, settings, after);
    }
    memory.digest = digestOf(profile);
    memory.at = now;
    memory.nextPair = size.left > 0 ? memory.nextPair + size.pairs : 0;
    memory.last = report;
    run.memory.write(memory);
    run.report.trial = std::move(report);
    run.watch.lap("trial");
}

} // namespace notrack
