#include "core/report/pod_page.h"

#include "core/base/text_lines.h"
#include "core/report/causes.h"
#include "core/report/doctor.h"

#include <algorithm>
#include <utility>

namespace notrack
{

namespace
{

/// Whether a packet of the pod, or one to it, can match a rule of ours in iptables-save syntax.
bool mayMeet(const std::string& rule, const Address& pod)
{
    const std::vector<std::string_view> words = splitWords(rule);
    bool fromOthers = false;
    bool toPod = false;
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
        const std::string_view word = words[i];
        if (word != "-s" && word != "-d")
            continue;
        const Result<Prefix> prefix = readPrefix(words[++i]);
        const bool isPods = prefix && prefix->contains(pod);
        fromOthers = fromOthers || (word == "-s" && !isPods);
        toPod = toPod || (word == "-d" && isPods);
    }
    return !fromOthers || toPod;
}

void takeOver(const std::vector<Finding>& node, Finding& finding)
{
    const auto same = std::find_if(node.begin(), node.end(), [&](const Finding& one) { return one.id == finding.id; });
    if (same == node.end() || same->severity >= finding.severity || !finding.trialDecides)
        return;
    finding.severity = same->severity;
    if (!same->evidence.empty())
        finding.evidence.push_back(same->evidence.back());
}

std::string describeRules(const Report& report)
{
    std::string text;
    for (const FamilyReport& family : report.families)
        for (const ChainReport& chain : family.chains)
            for (const RuleReport& rule : chain.rules)
                text += "  " + std::string(toText(rule.state)) + ", " + countText(rule.counters.packets, "packet", "packets") + ": -A " +
                        chain.name + " " + rule.text + "\n";
    return text.empty() ? text : "rules of ours that its packets may meet, with what they counted for all pods:\n" + text;
}

std::string describeTrialOf(const Report& report)
{
    if (!report.trial)
        return "no trial was made in this boot\n";
    std::string text = "its last trial, at " + report.trial->at + " (" + std::string(toText(report.trial->outcome)) + " on this node):\n";
    if (report.trial->rows.empty())
        return text + "  it was not asked\n";
    for (const TrialRow& row : report.trial->rows)
        text += "  " + toText(row) + ", lost " + std::to_string(row.lost) + (row.note.empty() ? "" : ": " + row.note) + "\n";
    return text;
}

} // namespace

void narrowToPod(Report& report, const PodView& pod, std::vector<Finding> findings)
{
    std::erase_if(report.families, [&](const FamilyReport& family) { return family.family != pod.address.family(); });
    for (FamilyReport& family : report.families) {
        for (ChainReport& chain : family.chains)
            std::erase_if(chain.rules, [&](const RuleReport& rule) { return !mayMeet(rule.text, pod.address); });
        std::erase_if(family.chains, [](const ChainReport& chain) { return chain.rules.empty(); });
    }
    if (report.trial)
        std::erase_if(report.trial->rows, [&](const TrialRow& row) { return row.from != pod.name; });
    std::erase_if(report.virtualServices, [&](const VirtualService& one) { return one.address.family() != pod.address.family(); });
    for (Finding& finding : findings)
        takeOver(report.findings, finding);
    report.findings = std::move(findings);
    report.diff.clear();
    report.pod = pod;
}

std::string describePod(const Report& report)
{
    if (!report.pod)
        return {};
    const PodView& pod = *report.pod;
    std::string text = toText(pod.address) + ": pod " + pod.name + " on " + report.node + ", rules " + std::string(toText(report.state)) +
                       (report.backend.empty() ? "" : " (" + report.backend + ")") + "\n";
    for (const VirtualService& service : report.virtualServices)
        text += describeService(service);
    text += describeRules(report);
    text += "its queries hold " + countText(pod.entries, "entry", "entries") + " of the conntrack table\n";
    for (const PlaceCounter& counter : pod.counters)
        text += "its own sockets lost: " + counter.counter + " " + std::to_string(counter.count) + "\n";
    text += describeTrialOf(report);
    if (report.findings.empty())
        return text + "nothing on its way stands against the rules\n";
    for (const Finding& finding : report.findings)
        text += describeFinding(finding, "");
    return text;
}

} // namespace notrack
