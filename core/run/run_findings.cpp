#include "core/run/run_findings.h"

#include "core/findings/findings.h"

#include <algorithm>
#include <utility>

namespace notrack
{

namespace
{

std::vector<std::string> evidenceOfLoss(const TrialReport& trial, const std::vector<std::string>& drops)
{
    std::vector<std::string> texts;
    for (const TrialRow& row : trial.rows) {
        if (row.lost > 0 && texts.size() < mostEvidence)
            texts.push_back(toText(row));
    }
    for (const std::string& drop : drops)
        texts.push_back("dropped meanwhile, " + drop);
    return texts;
}

Finding noWitness(const TrialReport& trial, const TrialCircumstances& circumstances)
{
    return {
        .id = "no-witness",
        .severity = circumstances.unattended && circumstances.podsExpected ? Severity::Fatal : Severity::Warning,
        .summary = "Nobody on this node could try the rules: whether its pods' DNS works untracked is not known.",
        .evidence = {trial.why},
        .advice = {"pods whose network namespace has no name below /run/netns can be asked with the drop-in unnamed-namespaces.conf, which "
                   "dns-notrack(8) describes; or waive `no-witness`"}};
}

Finding noEffect(std::string evidence)
{
    return {.id = "no-effect",
            .severity = Severity::Warning,
            .summary = "The queries of this node's pods do not pass through its tables: the rules change nothing for them.",
            .evidence = {std::move(evidence)},
            .advice = {"pods in virtual machines, or with an interface of their own, are not served by rules on this node"}};
}

} // namespace

std::optional<Finding> findingOf(const TrialReport& trial, const TrialCircumstances& circumstances)
{
    switch (trial.outcome) {
    case TrialOutcome::Passed:
    case TrialOutcome::Failed:
        return std::nullopt;
    case TrialOutcome::Lost:
        return Finding{.id = "trial",
                       .severity = Severity::Fatal,
                       .summary = "Queries of our own got their answers tracked and lost them untracked.",
                       .evidence = evidenceOfLoss(trial, circumstances.drops),
                       .advice = {"let untracked DNS pass the rule that dropped it (quoted above where it has a counter, or see the other "
                                  "findings); `dns-notrack trial` asks again and changes "
                                  "nothing"}};
    case TrialOutcome::Silent:
        return Finding{.id = "dns-silent",
                       .severity = Severity::Fatal,
                       .summary = "DNS answers nobody on this node, with tracking or without: nothing can be shown.",
                       .evidence = {trial.why},
                       .advice = {"see whether the DNS service has real servers that answer: dns-notrack probe"}};
    case TrialOutcome::NoWitness:
        return noWitness(trial, circumstances);
    case TrialOutcome::NoEffect:
        return noEffect(trial.why);
    }
    return std::nullopt;
}

Finding passedBy(bool waived)
{
    Finding finding = noEffect("the timer asked from pods and was answered, and the rules for DNS counted nothing meanwhile");
    finding.waived = waived;
    return finding;
}

Finding contended(const Damping& damping, bool waived)
{
    return {.id = "contended",
            .severity = Severity::Warning,
            .summary =
                "Somebody else changes our rules, or the place of our jumps, after every run; each repair writes the whole table again.",
            .evidence = {"repairs in a row: " + std::to_string(damping.repairs)},
            .advice = {"find out who writes the raw table besides us (a firewall that puts its jump first, a second profile with another "
                       "chainPrefix) and let one of the two go"},
            .waived = waived};
}

std::string reasonsAgainst(const std::vector<Finding>& findings)
{
    std::string reasons;
    for (const Finding& finding : findings) {
        if (finding.severity == Severity::Fatal && !finding.waived)
            reasons += (reasons.empty() ? "" : "; ") + finding.id + ": " + finding.summary;
    }
    return reasons;
}

std::string firstEvidence(const std::vector<Finding>& findings, std::string_view id)
{
    for (const Finding& finding : findings) {
        if (finding.id == id)
            return finding.evidence.empty() ? finding.summary : finding.evidence.front();
    }
    return std::string(id);
}

std::vector<std::string> openFatal(const std::vector<Finding>& findings)
{
    std::vector<std::string> ids;
    for (const Finding& finding : findings) {
        if (finding.severity == Severity::Fatal && !finding.waived)
            ids.push_back(finding.id);
    }
    return ids;
}

bool trialDecidesAll(const std::vector<Finding>& findings)
{
    return std::all_of(findings.begin(), findings.end(), [](const Finding& finding) {
        return finding.severity != Severity::Fatal || finding.waived || finding.trialDecides;
    });
}

bool overrule(std::vector<Finding>& findings, const std::vector<std::string>& ids)
{
    bool any = false;
    for (Finding& finding : findings) {
        if (finding.severity != Severity::Fatal || !finding.trialDecides || std::find(ids.begin(), ids.end(), finding.id) == ids.end())
            continue;
        finding.severity = Severity::Warning;
        finding.evidence.emplace_back("overruled: untracked queries of this node were asked and answered under these very facts");
        any = true;
    }
    return any;
}

TrialReport addUp(TrialReport earlier, const TrialReport& later)
{
    TrialReport sum = earlier.outcome == TrialOutcome::Lost && later.outcome == TrialOutcome::Passed ? earlier : later;
    sum.packets = earlier.packets + later.packets;
    sum.rows = std::move(earlier.rows);
    for (const TrialRow& row : later.rows) {
        const auto same = std::find_if(sum.rows.begin(), sum.rows.end(),
                                       [&](const TrialRow& known) { return known.from == row.from && known.service == row.service; });
        if (same == sum.rows.end()) {
            sum.rows.push_back(row);
            continue;
        }
        const auto add = [](TrialArm& arm, const TrialArm& more) {
            arm = {arm.asked + more.asked, arm.answered + more.answered, more.p50 ? more.p50 : arm.p50, more.p99 ? more.p99 : arm.p99};
        };
        add(same->tracked, row.tracked);
        add(same->untracked, row.untracked);
        same->lost += row.lost;
    }
    return sum;
}

} // namespace notrack
