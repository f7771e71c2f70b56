#include "core/run/observe.h"

#include "core/base/fingerprint.h"
#include "core/base/spelling.h"
#include "core/findings/finding_checks.h"
#include "core/findings/findings.h"
#include "core/findings/fingerprint.h"
#include "core/findings/raw_listing.h"
#include "core/report/rule_report.h"
#include "core/rules/diff.h"
#include "core/rules/trial_rules.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace notrack
{

namespace
{

Standing standingOf(const std::vector<Comparison>& comparisons)
{
    if (allInSync(comparisons))
        return Standing::InSync;
    const bool anything =
        std::any_of(comparisons.begin(), comparisons.end(), [](const Comparison& comparison) { return comparison.anythingPresent(); });
    return anything ? Standing::Drifted : Standing::Absent;
}

NodeState stateOf(Standing standing)
{
    switch (standing) {
    case Standing::InSync:
        return NodeState::InSync;
    case Standing::Drifted:
        return NodeState::Drifted;
    case Standing::Absent:
        return NodeState::Absent;
    }
    return NodeState::Error;
}

void listTables(const TableStore* store, const std::vector<Comparison>& comparisons, Differences& differences)
{
    for (const Comparison& comparison : comparisons) {
        const std::vector<std::string>& own = comparison.table.nftablesTables;
        differences.ownNftablesTables.insert(differences.ownNftablesTables.end(), own.begin(), own.end());
        const std::vector<std::string>& foreign = comparison.table.foreignObjects;
        differences.foreignObjects.insert(differences.foreignObjects.end(), foreign.begin(), foreign.end());
        if (store->backend() == Backend::Iptables) // the other store reads tables of our own only
            differences.rawTables.push_back(listRawTable(comparison.table));
    }
}

bool holdTrial(const std::vector<Comparison>& comparisons, const std::vector<OwnedPart>& wanted)
{
    for (std::size_t i = 0; i < comparisons.size(); ++i) {
        if (holdsTrial(comparisons[i].table, wanted[i].ruleset.chainPrefix, wanted[i].earlierPrefixes))
            return true;
    }
    return false;
}

/// The same tables without what a trial brought in.
void dropTrial(std::vector<Comparison>& comparisons, const std::vector<OwnedPart>& wanted)
{
    for (std::size_t i = 0; i < comparisons.size(); ++i) {
        Table table = withoutTrial(std::move(comparisons[i].table), wanted[i].ruleset.chainPrefix, wanted[i].earlierPrefixes);
        comparisons[i] = compare(std::move(table), wanted[i]);
    }
}

/// What the stores read themselves, as far as findings are judged from it.
std::string traceOf(const Differences& differences)
{
    std::string text;
    for (const std::vector<Comparison>* store : {&differences.store, &differences.other}) {
        for (const Comparison& comparison : *store)
            text += std::to_string(comparison.table.stamp) + " ";
    }
    for (const std::vector<std::string>* lines : {&differences.ownNftablesTables, &differences.foreignObjects}) {
        for (const std::string& line : *lines)
            text += "\n" + line;
    }
    return text;
}

/// True also where IPVS balances none of the profile's services: then it does not forward them in another way either.
bool answersPassHere(const Profile& profile, const std::vector<VirtualService>& services)
{
    bool any = false;
    for (const VirtualService& service : services) {
        if (std::find(profile.services.begin(), profile.services.end(), service.address) == profile.services.end())
            continue;
        for (const RealServer& server : service.realServers) {
            if (answersPassHere(server))
                return true;
            any = true;
        }
    }
    return !any;
}

/// A trial has taken our rules out for the moment, or the full rules that it is about stand without a verdict.
void showAsBefore(NodeState before, Differences& differences, Report& report)
{
    report.state = before;
    report.families.clear();
    report.diff.clear();
    differences.standing = before == NodeState::InSync   ? Standing::InSync
                           : before == NodeState::Absent ? Standing::Absent
                                                         : Standing::Drifted;
}

} // namespace

Judgement judgementOf(const std::vector<Finding>& findings)
{
    if (forbidsApply(findings))
        return Judgement::Unsafe;
    const bool unread = std::any_of(findings.begin(), findings.end(),
                                    [](const Finding& finding) { return finding.id == "unread-rules" && !finding.waived; });
    return unread ? Judgement::Unknown : Judgement::Safe;
}

Result<void> refusePrefixLikeAnother(const std::string& wanted, const std::vector<std::string>& earlierPrefixes)
{
    const auto like = std::find_if(earlierPrefixes.begin(), earlierPrefixes.end(), [&](const std::string& earlier) {
        return earlier != wanted && lowerCase(earlier) == lowerCase(wanted);
    });
    if (like == earlierPrefixes.end())
        return {};
    return makeError(ErrorKind::BadProfile, "chainPrefix " + wanted + " differs only in case from " + *like +
                                                ", under which this node was written to: keep that one, or run `dns-notrack remove` first");
}

void reportRules(const std::vector<Comparison>& comparisons, Report& report)
{
    report.state = stateOf(standingOf(comparisons));
    report.families.clear();
    for (const Comparison& comparison : comparisons) {
        FamilyReport family = reportFamily(comparison);
        if (!family.chains.empty() || !family.jumps.empty())
            report.families.push_back(std::move(family));
    }
}

std::map<Family, std::string> unavailableFamilies(const Profile& profile, TableStore& store)
{
    std::map<Family, std::string> unavailable;
    for (const Family family : allFamilies) {
        if (buildRuleset(profile, family).empty())
            continue;
        if (const auto reason = store.unavailable(family))
            unavailable[family] = *reason;
    }
    return unavailable;
}

Result<void> requireAnyFamily(const Profile& profile, const std::map<Family, std::string>& unavailable, Backend backend)
{
    std::string reasons;
    for (const Family family : allFamilies) {
        const auto found = unavailable.find(family);
        if (found == unavailable.end() && !buildRuleset(profile, family).empty())
            return {};
        if (found != unavailable.end())
            reasons += (reasons.empty() ? "" : "; ") + std::string(toText(family)) + ": " + found->second;
    }
    return makeError(ErrorKind::NoBackend, reasons, std::string(toText(backend)));
}

void tellUnavailable(const std::map<Family, std::string>& unavailable, Report& report)
{
    for (const auto& [family, why] : unavailable) {
        const auto known = std::find_if(report.families.begin(), report.families.end(),
                                        [wanted = family](const FamilyReport& one) { return one.family == wanted; });
        FamilyReport& told = known != report.families.end() ? *known : report.families.emplace_back(FamilyReport{.family = family});
        told.unavailable = why;
    }
}

Result<Differences> observeTables(const Change& change, const Node& node, Report& report, DiffText diff, Sight sight)
{
    auto comparisons = change.compare();
    if (!comparisons)
        return tl::unexpected(comparisons.error());
    auto others = change.compareOther();
    if (!others)
        return tl::unexpected(others.error());
    const bool trial = holdTrial(*comparisons, change.wanted());
    if (trial && sight == Sight::PastTrial)
        dropTrial(*comparisons, change.wanted());
    reportRules(*comparisons, report);
    report.diff.clear();
    for (const std::vector<Comparison>* all : {&*comparisons, &*others}) {
        for (std::size_t i = 0; diff == DiffText::Made && i < all->size(); ++i)
            report.diff += unifiedDiff(all->at(i));
    }
    Differences differences{.standing = standingOf(*comparisons), .trial = trial};
    if (!allInSync(*others)) {
        differences.onlyInOther = differences.standing == Standing::InSync;
        differences.standing = Standing::Drifted;
        if (report.state == NodeState::InSync)
            report.state = NodeState::Drifted;
    }
    listTables(&node.store, *comparisons, differences);
    listTables(node.other, *others, differences);
    differences.store = std::move(*comparisons);
    differences.other = std::move(*others);
    differences.trace = traceOf(differences);
    return differences;
}

Result<Differences> observePastTrial(const Change& change, const Node& node, const Memory& memory, Report& report, DiffText diff)
{
    Result<Differences> differences = observeTables(change, node, report, diff);
    const std::optional<NodeState> before = memory.trial().stateBefore;
    if (!differences || (!differences->trial && (!before || report.state == *before)))
        return differences;
    const bool running = memory.isLocked();
    if (running && before) {
        differences = observeTables(change, node, report, diff, Sight::PastTrial);
        if (differences && report.state != *before)
            showAsBefore(*before, *differences, report);
        if (differences)
            report.notes.emplace_back("a trial is running: what it brought in is not shown");
        return differences;
    }
    differences = observeTables(change, node, report, diff, running ? Sight::PastTrial : Sight::Whole); // it may have ended in between
    if (differences && differences->trial)
        report.notes.emplace_back(running ? "a trial is running: what it brought in is not shown"
                                          : "rules of a trial were left by a run that was ended; the next apply takes them out");
    return differences;
}

void observeOutcome(const Change& change, NodeState expected, Report& report)
{
    const auto comparisons = change.compare();
    if (comparisons) {
        reportRules(*comparisons, report);
        return;
    }
    report.state = expected;
    report.families.clear();
    report.notes.push_back("the tables could not be read again after the change, so no rules are listed: " + toText(comparisons.error()));
}

Judgement judgeNode(const Profile& profile, Node& node, Differences differences, Report& report, Facts& known, Fingerprint fingerprint)
{
    NodeFacts facts = node.inspector.inspect(profile);
    std::move(differences.rawTables.begin(), differences.rawTables.end(), std::back_inserter(facts.savedTables));
    facts.ownNftablesTables = std::move(differences.ownNftablesTables);
    facts.foreignObjects = std::move(differences.foreignObjects);
    report.conntrack = facts.conntrack;
    report.virtualServices = facts.virtualServices;
    report.findings = judge(profile, facts, node.store.backend());
    known.fingerprint = fingerprint == Fingerprint::Made ? fingerprintOf(facts, profile.chainPrefix) : std::string();
    known.entriesExpected = facts.ipvsConntrack.value_or(true);
    known.masqueraded = answersPassHere(profile, facts.virtualServices);
    known.remembered = false;
    return judgementOf(report.findings);
}

Judgement judgeIfMoved(const Profile& profile, Node& node, Memory& memory, Differences differences, Report& report, Facts& known)
{
    const std::optional<Judged> before = memory.judged();
    std::optional<NodeTrace> trace =
        node.inspector.trace(profile, before ? &before->trace : nullptr); // before the facts, which may move in between
    if (trace)
        trace->facts = fingerprintOf(trace->facts + differences.trace);
    Judged now{.digest = report.profileDigest, .backend = node.store.backend(), .at = memory.sinceBoot()};
    const bool holds = before && trace && before->trace.sameAs(*trace) && before->digest == now.digest && before->backend == now.backend &&
                       now.at - before->at < pauseBetweenJudgements;
    if (holds) {
        now = *before;
        known = before->facts;
        judgeAgain(node, before->findings, report);
    } else {
        judgeNode(profile, node, std::move(differences), report, known);
        now.facts = known;
        now.findings = report.findings;
    }
    now.trace = trace.value_or(NodeTrace{});
    const Judgement judgement = judgementOf(report.findings);
    known.remembered = holds;
    const bool traced = trace && std::none_of(report.findings.begin(), report.findings.end(), [](const Finding& finding) {
                            return finding.id == "missing-modules";
                        }); // installing leaves none
    if (traced && judgement != Judgement::Unknown && now != before)
        memory.write(now);
    return judgement;
}

Judgement judgeAgain(Node& node, const std::vector<Finding>& earlier, Report& report)
{
    const NodeFacts facts = node.inspector.readFigures();
    report.conntrack = facts.conntrack;
    report.virtualServices = facts.virtualServices;
    report.findings = earlier;
    return judgementOf(earlier);
}

} // namespace notrack
