#include "headless/text_report.h"

#include "core/report/doctor.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace notrack
{

namespace
{

constexpr std::size_t stateWidth = 11;
constexpr std::size_t counterWidth = 10;

std::string rightAligned(const std::string& text, std::size_t width)
{
    return std::string(width - std::min(width, text.size()), ' ') + text;
}

std::string itemLine(ItemState state, const std::optional<std::uint32_t>& position, const Counters& counters, const std::string& text)
{
    return "  " + padded(std::string(toText(state)), stateWidth) + rightAligned(position ? std::to_string(*position) : "-", 4) +
           rightAligned(std::to_string(counters.packets), counterWidth) + rightAligned(std::to_string(counters.bytes), counterWidth + 2) +
           "  " + text + "\n";
}

std::string describeFamily(const FamilyReport& family)
{
    if (!family.unavailable.empty())
        return "\n" + std::string(toText(family.family)) + "\n  unavailable: " + family.unavailable + "\n";
    std::string text = "\n" + std::string(toText(family.family)) + "\n  " + padded("state", stateWidth) + rightAligned("pos", 4) +
                       rightAligned("packets", counterWidth) + rightAligned("bytes", counterWidth + 2) + "  rule\n";
    for (const JumpReport& jump : family.jumps)
        text += itemLine(jump.state, jump.position, jump.counters, "-A " + jump.from + " -j " + jump.to);
    for (const ChainReport& chain : family.chains) {
        if (chain.foundAs)
            text += "  " + padded("renamed", stateWidth) + "chain " + chain.name + " is there as " + *chain.foundAs + "\n";
        else if (chain.state != ItemState::Ok)
            text += "  " + padded(std::string(toText(chain.state)), stateWidth) + "chain " + chain.name + "\n";
        for (const RuleReport& rule : chain.rules)
            text += itemLine(rule.state, rule.position, rule.counters, "-A " + chain.name + " " + rule.text);
    }
    return text;
}

std::string milliseconds(const std::optional<double>& value)
{
    if (!value)
        return "-";
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f ms", *value);
    return text.data();
}

std::string stateSentence(const Report& report)
{
    const std::string profile = report.profileName.empty() ? "the profile" : "profile " + report.profileName;
    switch (report.state) {
    case NodeState::InSync:
        return "in sync with " + profile;
    case NodeState::Drifted:
        return "drifted from " + profile;
    case NodeState::Absent:
        return "nothing of " + profile + " is there";
    case NodeState::Unsafe:
        return "unsafe: " + profile + " would break DNS on this node";
    case NodeState::Error:
        return "error";
    }
    return {};
}

/// Empty where the node is not retired.
std::string describeRetired(const Report& report)
{
    return report.retired.empty()
               ? ""
               : "retired since " + report.retired + ": no unattended run applies anything, until `apply` by hand or `retire --undo`\n";
}

std::string retirementLine(const Report& report)
{
    if (report.rolledBack)
        return report.node + ": not retired: DNS stopped answering without our rules, which stand again\n";
    if (report.retired.empty())
        return report.node + ": not retired: the next unattended run applies the profile\n";
    return report.node + ": " + (report.changed ? "our rules are out; " : "nothing of ours is there; ") + describeRetired(report);
}

/// One line: what a run did.
std::string outcomeLine(const Report& report, bool check)
{
    const std::string what = report.command == "remove"
                                 ? "our rules"
                                 : "the rules of " + (report.profileName.empty() ? "the profile" : "profile " + report.profileName);
    if (report.command == "retire")
        return retirementLine(report);
    if (report.rolledBack)
        return report.node + ": rolled back: DNS stopped answering with " + what + "\n";
    if (!check && report.command == "apply" && !report.retired.empty())
        return report.node + ": left alone: " + describeRetired(report);
    if (!report.waitsFor.empty())
        return report.node + (report.changed ? ": withdrew our rules: " : ": waiting: ") + report.waitsFor + "\n";
    if (report.state == NodeState::Unsafe)
        return report.node + ": refused: " + what + " would break DNS on this node; nothing was changed\n";
    if (report.changed)
        return report.node + ": changed: " + (report.command == "remove" ? "removed " : "applied ") + what + " (" + report.backend + ")\n";
    if (check && report.state != NodeState::InSync)
        return report.node + ": would " + (report.command == "remove" ? "remove " : "apply ") + what + " (" + report.backend + ")\n";
    return report.node + ": unchanged: " + (report.command == "remove" ? "nothing of ours is there\n" : "in sync with " + what + "\n");
}

/// Whether DNS was shown to work with what stands; empty where nothing of ours does.
std::string describeVerified(const Report& report)
{
    if (report.state != NodeState::InSync || report.command == "remove")
        return {};
    if (!report.verified)
        return "not verified: nobody has shown yet that DNS works with these rules\n";
    const Verified& verified = *report.verified;
    if (verified.by == Proof::None)
        return "not verified: the profile asks for no proof\n";
    return "verified by " + std::string(toText(verified.by)) + " at " + verified.at + " from " + std::to_string(verified.places) +
           (verified.places == 1 ? " place\n" : " places\n");
}

/// "12 insert failures and 0 drops in 24.0 h", "nothing in 24.0 h"
std::string describeLosses(const LossesOver& losses)
{
    std::array<char, 32> hours{};
    std::snprintf(hours.data(), hours.size(), "%.1f h", static_cast<double>(losses.seconds) / 3600);
    if (losses.insertFailed == 0 && losses.drop == 0)
        return std::string("nothing in ") + hours.data();
    return std::to_string(losses.insertFailed) + " insert failures and " + std::to_string(losses.drop) + " drops in " + hours.data();
}

/// "of 5000 entries with these rules DNS had 0 and tunnels 12 (census of 2026-...)"
std::string describeCounted(const std::string& how, const EntriesCounted& counted)
{
    return "of " + std::to_string(counted.entries) + " entries " + how + " DNS had " + std::to_string(counted.dns) + " and tunnels " +
           std::to_string(counted.tunnel) + " (census of " + counted.at + ")\n";
}

std::string describeEffect(const Report& report)
{
    if (!report.effect)
        return {};
    const Effect& effect = *report.effect;
    std::string text = "conntrack lost " + describeLosses(effect.before) + " before these rules, and " + describeLosses(effect.since) +
                       " since" + (effect.lately ? " (lately " + describeLosses(*effect.lately) + ")" : "") + "; they have counted " +
                       std::to_string(effect.packets) + " packets\n";
    if (effect.countedBefore)
        text += describeCounted("without these rules", *effect.countedBefore);
    if (effect.countedSince)
        text += describeCounted("with these rules", *effect.countedSince);
    return text;
}

std::string trialLine(const TrialReport& trial)
{
    return "trial at " + trial.at + ": " + std::string(toText(trial.outcome)) + (trial.why.empty() ? "" : ": " + trial.why) + "\n";
}

std::string describeNotes(const Report& report)
{
    std::string text;
    for (const std::string& note : report.notes)
        text += "note: " + note + "\n";
    return text;
}

} // namespace

std::string describeProbe(const std::vector<ProbeResult>& results)
{
    std::string text;
    for (const ProbeResult& result : results) {
        text += "  " + result.from + " -> " + result.service + ": " + std::to_string(result.answered) + " of " +
                std::to_string(result.asked) + " answered, p50 " + milliseconds(result.p50) + ", p99 " + milliseconds(result.p99) +
                (result.problem.empty() ? "" : " (" + result.problem + ")") + "\n";
    }
    return text;
}

std::string describeTrial(const TrialReport& trial)
{
    std::string text =
        "trial at " + trial.at + ": " + std::string(toText(trial.outcome)) + (trial.why.empty() ? "" : ": " + trial.why) + "\n";
    if (trial.left > 0)
        text += "  " + std::to_string(trial.left) + " places and services take their turn in later trials\n";
    if (trial.rows.empty())
        return text;
    const auto counts = [](const TrialArm& arm) { return std::to_string(arm.answered) + "/" + std::to_string(arm.asked); };
    std::size_t from = 4;
    std::size_t service = 7;
    for (const TrialRow& row : trial.rows) {
        from = std::max(from, row.from.size());
        service = std::max(service, row.service.size());
    }
    constexpr std::size_t countWidth = 11;
    constexpr std::size_t timeWidth = 12;
    text += "  " + padded("from", from) + "  " + padded("service", service) + rightAligned("tracked", countWidth) +
            rightAligned("untracked", countWidth) + rightAligned("lost", 6) + rightAligned("p50", timeWidth) +
            rightAligned("untracked", timeWidth) + rightAligned("p99", timeWidth) + rightAligned("untracked", timeWidth) + "\n";
    for (const TrialRow& row : trial.rows) {
        text += "  " + padded(row.from, from) + "  " + padded(row.service.empty() ? "-" : row.service, service) +
                rightAligned(counts(row.tracked), countWidth) + rightAligned(counts(row.untracked), countWidth) +
                rightAligned(std::to_string(row.lost), 6) + rightAligned(milliseconds(row.tracked.p50), timeWidth) +
                rightAligned(milliseconds(row.untracked.p50), timeWidth) + rightAligned(milliseconds(row.tracked.p99), timeWidth) +
                rightAligned(milliseconds(row.untracked.p99), timeWidth) + (row.note.empty() ? "" : "  " + row.note) + "\n";
    }
    return text;
}

std::string describeTrialOutcome(const Report& report)
{
    if (report.state == NodeState::Unsafe)
        return report.node + ": not tried: what no trial decides speaks against the rules\n" + describeProblems(report);
    return report.node + ": " + (report.trial ? describeTrial(*report.trial) : "nothing was tried\n") + describeNotes(report);
}

std::string padded(std::string text, std::size_t width)
{
    text.resize(std::max(width, text.size()), ' ');
    return text;
}

std::string describeReport(const Report& report)
{
    std::string text = report.node + ": " + stateSentence(report) + (report.backend.empty() ? "" : " (" + report.backend + ")") + "\n";
    text += describeRetired(report) + describeVerified(report) + describeNotes(report);
    if (report.trial)
        text += trialLine(*report.trial);
    text += describeEffect(report);
    if (report.state != NodeState::Absent) { // a list of nothing but missing rules says less than the sentence
        for (const FamilyReport& family : report.families)
            text += describeFamily(family);
    }
    if (report.conntrack) {
        const ConntrackFigures& figures = *report.conntrack;
        text += "\nconntrack: " + std::to_string(figures.entries) + " of " + std::to_string(figures.max) + " entries; insert_failed " +
                std::to_string(figures.insertFailed) + ", drop " + std::to_string(figures.drop) + ", early_drop " +
                std::to_string(figures.earlyDrop) + ", clashres " + std::to_string(figures.clashResolved) + "\n";
    }
    return text + describeProblems(report);
}

std::string describeProblems(const Report& report)
{
    std::string text = report.findings.empty() ? "" : "\nfindings\n";
    for (const Finding& finding : report.findings)
        text += describeFinding(finding, "  ");
    if (report.probe && !report.probe->before.empty())
        text += "\nprobe before\n" + describeProbe(report.probe->before);
    if (report.probe && !report.probe->after.empty())
        text += "\nprobe after\n" + describeProbe(report.probe->after);
    return text;
}

std::string describeOutcome(const Report& report, bool check)
{
    return outcomeLine(report, check) + describeNotes(report);
}

} // namespace notrack
