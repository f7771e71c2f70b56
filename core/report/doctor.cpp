#include "core/report/doctor.h"

#include <algorithm>
#include <vector>

namespace notrack
{

namespace
{

// The kernel starts to evict at its maximum; a fifth of room is used up within seconds of a burst.
constexpr std::uint64_t nearlyFullPercent = 80;
constexpr Port dnsPort{53};

std::uint64_t percentFull(const ConntrackFigures& figures)
{
    return figures.max == 0 ? 0 : figures.entries * 100 / figures.max;
}

std::string countText(std::uint64_t count, const std::string& singular, const std::string& plural)
{
    return std::to_string(count) + " " + (count == 1 ? singular : plural);
}

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

/// What to do where nothing stands against the rules.
std::string nextWithoutObstacle(const Report& report)
{
    const bool loses = report.conntrack && suffers(*report.conntrack);
    const bool full = report.conntrack && percentFull(*report.conntrack) >= nearlyFullPercent;
    switch (report.state) {
    case NodeState::InSync:
        if (full)
            return "raise net.netfilter.nf_conntrack_max: the rules keep DNS out of the table, but what else is in it "
                   "nearly fills it";
        return "nothing: the rules are in place";
    case NodeState::Drifted:
        return "dns-notrack apply, which puts the rules right again";
    case NodeState::Absent:
        return loses ? "dns-notrack apply, which takes DNS out of connection tracking"
                     : "dns-notrack apply is safe here; no hurry, nothing is lost";
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

} // namespace

bool suffers(const ConntrackFigures& figures)
{
    return figures.insertFailed > 0 || figures.drop > 0 || figures.earlyDrop > 0 || percentFull(figures) >= nearlyFullPercent;
}

std::string describeSuffering(const ConntrackFigures& figures)
{
    std::vector<std::string> signs;
    if (figures.insertFailed > 0)
        signs.push_back(countText(figures.insertFailed, "entry", "entries") + " not inserted, each a lost packet (racing queries do this)");
    if (figures.drop > 0)
        signs.push_back(countText(figures.drop, "packet", "packets") + " dropped for want of an entry");
    if (figures.earlyDrop > 0)
        signs.push_back(countText(figures.earlyDrop, "entry", "entries") + " evicted to make room");
    if (percentFull(figures) >= nearlyFullPercent)
        signs.push_back("the table is " + std::to_string(percentFull(figures)) + " % full");
    if (signs.empty() && figures.clashResolved > 0)
        return "This node does not suffer: its kernel settled all " + countText(figures.clashResolved, "race", "races") + " since boot.";
    if (signs.empty())
        return "This node does not suffer: nothing was lost to connection tracking since boot.";
    std::string text = "This node suffers from connection tracking (all traffic, since boot): ";
    for (std::size_t i = 0; i < signs.size(); ++i)
        text += (i == 0 ? "" : "; ") + signs.at(i);
    return text + ".";
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
        text += "conntrack holds " + std::to_string(report.conntrack->entries) + " of " + std::to_string(report.conntrack->max) +
                " entries\n" + describeSuffering(*report.conntrack) + "\n";
    else
        text += "conntrack's figures cannot be read: it is not loaded, and then it loses nothing\n";
    for (const Finding& finding : report.findings)
        text += describeFinding(finding, "");
    if (report.probe)
        for (const ProbeResult& result : report.probe->after.empty() ? report.probe->before : report.probe->after)
            text += describeProbe(result);
    return text + "Next: " + nextStep(report) + "\n";
}

} // namespace notrack
