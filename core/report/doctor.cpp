#include "core/report/doctor.h"

#include "core/report/causes.h"
#include "core/report/census.h"

#include <algorithm>
#include <vector>

namespace notrack
{

namespace
{

std::string describeProbe(const ProbeResult& result)
{
    std::string text = "probe from " + result.from + (result.service.empty() ? "" : " to " + result.service) + ": " +
                       std::to_string(result.answered) + " of " + std::to_string(result.asked) + " answered";
    if (!result.problem.empty())
        text += ", " + result.problem;
    return text + "\n";
}

const Finding* firstOpen(const std::vector<Finding>& findings, Severity severity)
{
    const auto found = std::find_if(findings.begin(), findings.end(),
                                    [&](const Finding& finding) { return finding.severity == severity && !finding.waived; });
    return found == findings.end() ? nullptr : &*found;
}

std::string adviceOf(const Finding& finding)
{
    return finding.advice.empty() ? finding.summary : finding.advice.front();
}

/// The first cause that this profile does nothing about, or no more.
const Cause* firstForOthers(const std::vector<Cause>& causes)
{
    const auto found = std::find_if(causes.begin(), causes.end(), [](const Cause& cause) { return cause.cure != Cure::Profile; });
    return found == causes.end() || found->advice.empty() ? nullptr : &*found;
}

/// What to do where nothing stands against the rules.
std::string nextWithoutObstacle(const Report& report)
{
    const Cause* const other = firstForOthers(report.causes);
    const std::string otherStep = other == nullptr ? "" : other->advice.front() + " (" + other->id + ")";
    switch (report.state) {
    case NodeState::InSync:
        return other == nullptr ? "nothing: the rules are in place" : otherStep;
    case NodeState::Drifted:
        return "dns-notrack apply, which puts the rules right again";
    case NodeState::Absent:
        if (std::any_of(report.causes.begin(), report.causes.end(), [](const Cause& cause) { return cause.cure == Cure::Profile; }))
            return "dns-notrack apply, which takes DNS out of connection tracking";
        return other == nullptr ? "dns-notrack apply is safe here; no hurry, nothing is lost" : otherStep;
    case NodeState::Unsafe:
    case NodeState::Error:
        break;
    }
    return "read the findings above";
}

std::string nextStep(const Report& report)
{
    if (report.error)
        return toText(*report.error);
    if (const Finding* fatal = firstOpen(report.findings, Severity::Fatal))
        return "do not apply yet; " + adviceOf(*fatal) + " (" + fatal->id + ")";
    if (const Finding* warning = firstOpen(report.findings, Severity::Warning))
        return adviceOf(*warning) + " (" + warning->id + ")";
    return nextWithoutObstacle(report);
}

std::string describeTable(const IpvsLoad& load)
{
    std::string text = "IPVS's own table holds " + countText(load.entries, "entry", "entries");
    if (load.buckets > 0)
        text += " in " + std::to_string(load.buckets) + " buckets";
    if (load.udpTimeout > 0)
        text += ", for " + std::to_string(load.udpTimeout) + " s (udp), " + std::to_string(load.tcpTimeout) + " s (tcp), " +
                std::to_string(load.tcpFinTimeout) + " s (tcp after FIN)";
    return text + "; NOTRACK does not spare it\n";
}

std::string describeCure(Cure cure)
{
    switch (cure) {
    case Cure::Profile:
        return "this profile cures it";
    case Cure::InPlace:
        return "this profile keeps DNS out of it: its rules are in place";
    case Cure::Refused:
        return "this profile would cure it, and a finding stands against it";
    case Cure::Other:
        break;
    }
    return "this profile does not cure it";
}

/// The answer: what is lost here, why, and what ends it.
std::string describeCauses(const Report& report)
{
    if (report.causes.empty()) {
        const std::uint64_t races = report.conntrack ? report.conntrack->clashResolved : 0;
        return "Nothing is lost here, as far as this node's figures since boot tell" +
               (races > 0 ? "; its kernel settled " + countText(races, "race", "races") : "") + ".\n";
    }
    std::string text = "What is lost here, the worst first:\n";
    for (std::size_t i = 0; i < report.causes.size(); ++i) {
        const Cause& cause = report.causes[i];
        text += std::to_string(i + 1) + ". " + cause.id + ": " + cause.summary + "\n";
        for (const std::string& line : cause.evidence)
            text += "   found: " + line + "\n";
        text += "   " + describeCure(cause.cure) + "\n";
        for (const std::string& line : cause.advice)
            text += "   to do: " + line + "\n";
    }
    return text;
}

} // namespace

std::string describeService(const VirtualService& service)
{
    std::string text = "IPVS balances " + endpointText(service.address, service.port, service.protocol) + " over " +
                       countText(service.realServers.size(), "server", "servers");
    std::string separator = ": ";
    for (const RealServer& server : service.realServers) {
        text += separator + toText(server.address);
        separator = ", ";
    }
    return text + "\n";
}

std::string describeFinding(const Finding& finding, std::string_view indent)
{
    std::string text(indent);
    text += std::string(toText(finding.severity)) + " " + finding.id + (finding.waived ? " (waived)" : "") + ": " + finding.summary + "\n";
    for (const std::string& line : finding.evidence)
        text.append(indent).append("  found: ").append(line).append("\n");
    for (const std::string& line : finding.advice)
        text.append(indent).append("  to do: ").append(line).append("\n");
    return text;
}

std::string describeHealth(const Report& report)
{
    std::string text;
    if (!report.backend.empty())
        text += "rules go to " + report.backend + (report.backendReason.empty() ? "" : ": " + report.backendReason) + "\n";
    for (const VirtualService& service : report.virtualServices)
        if (service.port == dnsPort) // a node knows thousands of others
            text += describeService(service);
    if (report.conntrack)
        text +=
            "conntrack holds " + std::to_string(report.conntrack->entries) + " of " + std::to_string(report.conntrack->max) + " entries\n";
    else
        text += "conntrack's figures cannot be read: it is not loaded, and then it loses nothing\n";
    if (report.losses && report.losses->ipvs)
        text += describeTable(*report.losses->ipvs);
    for (const Finding& finding : report.findings)
        text += describeFinding(finding, "");
    if (report.probe)
        for (const ProbeResult& result : report.probe->after.empty() ? report.probe->before : report.probe->after)
            text += describeProbe(result);
    if (report.census)
        text += describeCensus(*report.census, report.state == NodeState::InSync);
    return text + describeCauses(report) + "Next: " + nextStep(report) + "\n";
}

} // namespace notrack
