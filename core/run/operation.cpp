#include "core/run/operation.h"

#include "core/base/stopwatch.h"
#include "core/base/version.h"
#include "core/findings/findings.h"
#include "core/findings/raw_listing.h"
#include "core/report/rule_report.h"
#include "core/rules/diff.h"
#include "core/run/transaction.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace notrack
{

namespace
{

std::vector<OwnedPart> wantedParts(const Profile& profile)
{
    std::vector<OwnedPart> parts;
    for (const Family family : allFamilies)
        parts.push_back(wantedPart(buildRuleset(profile, family)));
    return parts;
}

std::vector<OwnedPart> nothingOfOurs(const std::string& chainPrefix)
{
    std::vector<OwnedPart> parts;
    for (const Family family : allFamilies)
        parts.push_back(wantedPart(Ruleset{.family = family, .chainPrefix = chainPrefix, .prerouting = {}, .output = {}}));
    return parts;
}

Report startReport(std::string command, const Node& node)
{
    Report report;
    report.node = node.name;
    report.time = currentTime();
    report.version = programVersion;
    report.command = std::move(command);
    report.backend = toText(node.store.backend());
    return report;
}

Report startReport(std::string command, const Node& node, const Profile& profile)
{
    Report report = startReport(std::move(command), node);
    report.profileName = profile.name;
    report.profileDigest = digestOf(profile);
    return report;
}

Report& failed(Report& report, Error error)
{
    report.state = NodeState::Error;
    report.error = std::move(error);
    return report;
}

bool allInSync(const std::vector<Comparison>& comparisons)
{
    return std::all_of(comparisons.begin(), comparisons.end(), [](const Comparison& comparison) { return comparison.inSync(); });
}

NodeState stateOf(const std::vector<Comparison>& comparisons)
{
    if (allInSync(comparisons))
        return NodeState::InSync;
    const bool anything =
        std::any_of(comparisons.begin(), comparisons.end(), [](const Comparison& comparison) { return comparison.anythingPresent(); });
    return anything ? NodeState::Drifted : NodeState::Absent;
}

/// Families, without the one that has nothing and wants nothing.
void reportRules(const std::vector<Comparison>& comparisons, Report& report)
{
    report.state = stateOf(comparisons);
    report.families.clear();
    for (const Comparison& comparison : comparisons) {
        FamilyReport family = reportFamily(comparison);
        if (!family.chains.empty() || !family.jumps.empty())
            report.families.push_back(std::move(family));
    }
}

void reportDiff(const std::vector<Comparison>& comparisons, Report& report)
{
    for (const Comparison& comparison : comparisons)
        report.diff += unifiedDiff(comparison);
}

void reportFacts(const NodeFacts& facts, Report& report)
{
    report.conntrack = facts.conntrack;
    report.virtualServices = facts.virtualServices;
}

/// One apply or remove on its way: what it wants of the stores, and what it has to put back.
class Change
{
public:
    Change(Node& node, std::vector<OwnedPart> wanted, std::vector<OwnedPart> wantedOfOther, std::chrono::milliseconds wait)
        : m_node(node), m_wanted(std::move(wanted)), m_wantedOfOther(std::move(wantedOfOther)), m_wait(wait)
    {
    }

    Result<std::vector<Comparison>> compare() const { return compareTables(m_node.store, m_wanted); }

    /// Comparisons of the backend that is not in use, where only something of ours is a difference.
    Result<std::vector<Comparison>> compareOther() const
    {
        if (m_node.other == nullptr)
            return std::vector<Comparison>{};
        return compareTables(*m_node.other, m_wantedOfOther);
    }

    /// The new rules first, then those that the other backend still holds: at no moment is there none.
    Result<bool> write()
    {
        Result<Transaction> done = writeTables(m_node.store, m_wanted, m_wait);
        if (!done)
            return tl::unexpected(done.error());
        m_before = std::move(done->before);
        const auto others = compareOther();
        if (others && allInSync(*others))
            return done->changed;
        Result<Transaction> cleared = writeTables(*m_node.other, m_wantedOfOther, m_wait);
        if (!cleared) {
            const Result<void> undone = undo();
            return tl::unexpected(undone ? cleared.error() : undone.error());
        }
        m_otherBefore = std::move(cleared->before);
        return done->changed || cleared->changed;
    }

    Result<void> undo()
    {
        if (m_node.other != nullptr && !m_otherBefore.empty()) {
            if (const auto done = writeTables(*m_node.other, m_otherBefore, m_wait); !done)
                return tl::unexpected(done.error());
        }
        const auto done = writeTables(m_node.store, m_before, m_wait);
        return done ? Result<void>() : tl::unexpected(done.error());
    }

private:
    Node& m_node;
    std::vector<OwnedPart> m_wanted;
    std::vector<OwnedPart> m_wantedOfOther;
    std::chrono::milliseconds m_wait;
    std::vector<OwnedPart> m_before;
    std::vector<OwnedPart> m_otherBefore;
};

/// What the tables hold against what is wanted.
struct Differences
{
    bool any = false;
    std::vector<SavedTable> rawTables;          ///< legacy raw tables as they were read, for the findings
    std::vector<std::string> ownNftablesTables; ///< NodeFacts has the form
};

void listTables(const TableStore* store, const std::vector<Comparison>& comparisons, Differences& differences)
{
    for (const Comparison& comparison : comparisons) {
        const std::vector<std::string>& own = comparison.table.nftablesTables;
        differences.ownNftablesTables.insert(differences.ownNftablesTables.end(), own.begin(), own.end());
        if (store->backend() == Backend::Iptables) // the other store reads tables of our own only
            differences.rawTables.push_back(listRawTable(comparison.table));
    }
}

/// Puts state, rules and diff into the report. The other backend counts only where it holds something of ours.
Result<Differences> findDifferences(const Change& change, const Node& node, Report& report)
{
    const auto comparisons = change.compare();
    if (!comparisons)
        return tl::unexpected(comparisons.error());
    const auto others = change.compareOther();
    if (!others)
        return tl::unexpected(others.error());
    reportRules(*comparisons, report);
    reportDiff(*comparisons, report);
    reportDiff(*others, report);
    if (report.state == NodeState::InSync && !allInSync(*others))
        report.state = NodeState::Drifted;
    Differences differences{.any = report.state != NodeState::InSync};
    listTables(&node.store, *comparisons, differences);
    listTables(node.other, *others, differences);
    return differences;
}

/// Everything about the node and what it means for the profile.
void judgeNode(const Profile& profile, Node& node, Differences differences, Report& report)
{
    NodeFacts facts = node.inspector.inspect(profile);
    std::move(differences.rawTables.begin(), differences.rawTables.end(), std::back_inserter(facts.savedTables));
    facts.ownNftablesTables = std::move(differences.ownNftablesTables);
    reportFacts(facts, report);
    report.findings = judge(profile, facts, node.store.backend());
}

/// Reads the rules again, for a report of how things stand now; the diff stays the one of before.
void reportOutcome(const Change& change, Report& report)
{
    const auto comparisons = change.compare();
    if (!comparisons) {
        failed(report, comparisons.error());
        return;
    }
    reportRules(*comparisons, report);
}

/// Writes, and takes it back when the probe says that a place lost its answers.
void writeAndProbe(Change& change, const Profile& profile, Node& node, Stopwatch& watch, Report& report)
{
    const std::optional<ProbeSettings>& settings = profile.safety.probe;
    if (settings) {
        report.probe = ProbeReport{node.prober.probe(profile, *settings), {}};
        watch.lap("probe before");
    }
    const Result<bool> changed = change.write();
    watch.lap("commit");
    if (!changed) {
        failed(report, changed.error());
        return;
    }
    report.changed = *changed;
    if (settings) {
        report.probe->after = node.prober.probe(profile, *settings);
        watch.lap("probe after");
        if (lostAnswers(report.probe->before, report.probe->after)) {
            const Result<void> undone = change.undo();
            watch.lap("roll back");
            if (!undone) {
                failed(report, undone.error());
                return;
            }
            report.rolledBack = true;
            report.changed = false;
        }
    }
    reportOutcome(change, report);
    watch.lap("read back");
}

} // namespace

Report applyProfile(const Profile& profile, Node& node, const OperationOptions& options)
{
    Report report = startReport("apply", node, profile);
    Stopwatch watch(report.timings);
    Change change(node, wantedParts(profile), nothingOfOurs(profile.chainPrefix), options.wait);
    Result<Differences> different = findDifferences(change, node, report);
    watch.lap("read");
    if (!different)
        return failed(report, different.error());
    if (!different->any)
        return report;

    judgeNode(profile, node, std::move(*different), report);
    watch.lap("findings");
    if (forbidsApply(report.findings))
        report.state = NodeState::Unsafe;
    else if (options.mode == Mode::Write)
        writeAndProbe(change, profile, node, watch, report);
    return report;
}

Report removeRules(const std::string& chainPrefix, Node& node, const OperationOptions& options)
{
    Report report = startReport("remove", node);
    Stopwatch watch(report.timings);
    Change change(node, nothingOfOurs(chainPrefix), nothingOfOurs(chainPrefix), options.wait);
    Result<Differences> different = findDifferences(change, node, report);
    watch.lap("read");
    if (!different)
        return failed(report, different.error());
    if (!different->any || options.mode == Mode::Check)
        return report;
    const Result<bool> changed = change.write();
    watch.lap("commit");
    if (!changed)
        return failed(report, changed.error());
    report.changed = *changed;
    reportOutcome(change, report);
    return report;
}

Report readStatus(const Profile& profile, Node& node, const std::vector<Finding>* earlier)
{
    Report report = startReport("status", node, profile);
    Stopwatch watch(report.timings);
    const Change change(node, wantedParts(profile), nothingOfOurs(profile.chainPrefix), {});
    Result<Differences> different = findDifferences(change, node, report);
    watch.lap("read");
    if (!different)
        return failed(report, different.error());
    if (earlier == nullptr) {
        judgeNode(profile, node, std::move(*different), report);
    } else {
        reportFacts(node.inspector.readFigures(), report);
        report.findings = *earlier;
    }
    watch.lap("findings");
    if (forbidsApply(report.findings))
        report.state = NodeState::Unsafe;
    return report;
}

ExitCode exitCodeOf(ErrorKind kind)
{
    switch (kind) {
    case ErrorKind::Failed:
        return ExitCode::Failed;
    case ErrorKind::Usage:
        return ExitCode::Usage;
    case ErrorKind::BadProfile:
        return ExitCode::BadProfile;
    case ErrorKind::NoBackend:
        return ExitCode::NoBackend;
    case ErrorKind::Busy:
    case ErrorKind::Conflict:
        return ExitCode::Busy;
    case ErrorKind::NotPermitted:
        return ExitCode::NotPermitted;
    }
    return ExitCode::Failed;
}

ExitCode exitCodeOf(const Report& report, Mode mode)
{
    if (report.error)
        return exitCodeOf(report.error->kind);
    if (report.rolledBack)
        return ExitCode::RolledBack;
    if (report.state == NodeState::Unsafe)
        return report.command == "apply" ? ExitCode::Refused : ExitCode::Differs;
    const bool differs = report.state != NodeState::InSync;
    if (mode == Mode::Check && differs)
        return ExitCode::Differs;
    return ExitCode::Done;
}

} // namespace notrack
