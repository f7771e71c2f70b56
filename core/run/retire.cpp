#include "core/run/retire.h"

#include "core/base/stopwatch.h"
#include "core/run/observe.h"
#include "core/run/run_context.h"
#include "core/run/verify.h"

#include <utility>

namespace notrack
{

namespace
{

Report failed(Report report, Error error)
{
    report.state = NodeState::Error;
    report.error = std::move(error);
    return report;
}

Change removalOf(const Request& request, Node& node, const Memory& memory)
{
    const std::vector<OwnedPart> nothing = nothingOfOurs(&*request.profile, memory.prefixes());
    return {node, nothing, nothing, request.wait};
}

/// Whether DNS answers tracked where it answered before; false where our rules stand again, or may.
bool showTracked(Change& removal, Profile profile, Prober& prober, Report& report)
{
    profile.scope = Scope::Any; // without our rules the node's own queries prove as much as pods' do
    Verification done = verify(removal, profile, prober, report.probe->before);
    report.probe->after = std::move(done.after);
    switch (done.outcome) {
    case Outcome::Passed:
        report.notes.push_back("DNS answers tracked: asked from " + std::to_string(done.places) +
                               (done.places == 1 ? " place" : " places"));
        return true;
    case Outcome::Unverified:
        report.notes.push_back("not shown that DNS answers tracked: " + done.why);
        return true;
    case Outcome::TakenBack:
        report.rolledBack = true;
        report.changed = false;
        return false;
    case Outcome::Failed:
        report = failed(std::move(report), std::move(*done.error));
        return false;
    }
    return false;
}

} // namespace

Report retire(const Request& request, Node& node)
{
    const Profile& profile = *request.profile;
    Report report = startReport(node, "retire", &profile);
    Stopwatch watch(report.timings);
    Memory memory(node.memory);
    const auto lock = node.memory.lock(request.wait);
    if (!lock)
        return failed(std::move(report), lock.error());
    Change removal = removalOf(request, node, memory);
    if (const Result<Differences> seen = observeTables(removal, node, report, request.diff); !seen)
        return failed(std::move(report), seen.error());
    if (profile.safety.probe)
        report.probe = ProbeReport{node.prober.probe(profile, *profile.safety.probe), {}};
    watch.lap("probe before");
    const std::optional<std::string> earlier = memory.retired();
    if (const Result<void> written = memory.retire(earlier.value_or(report.time)); !written)
        return failed(std::move(report), written.error());
    const Result<bool> written = removal.write({});
    watch.lap("commit");
    report.changed = written.value_or(false);
    if (!written)
        report = failed(std::move(report), written.error());
    if (!written || (report.probe && !showTracked(removal, profile, node.prober, report))) {
        if (!earlier)
            memory.endRetirement();
    } else {
        memory.forgetChanges();
        if (node.other != nullptr)
            memory.forgetPrefixes();
    }
    watch.lap("probe after");
    report.retired = memory.retired().value_or("");
    if (!report.error)
        observeOutcome(removal, report.rolledBack ? NodeState::Drifted : NodeState::InSync, report);
    return report;
}

Report leaveRetired(Report report, const Node& node, const Change& removal)
{
    const Result<Differences> seen = observeTables(removal, node, report, DiffText::LeftOut);
    if (!seen)
        report.notes.push_back("the tables cannot be read: " + toText(seen.error()));
    else if (seen->standing != Standing::InSync)
        report.notes.emplace_back("rules of ours stand all the same: `dns-notrack retire` takes them out");
    report.state = seen && seen->standing != Standing::InSync ? NodeState::Drifted : NodeState::Absent;
    return report;
}

} // namespace notrack
