#include "tests/gui/sample_reports.h"

#include "core/report/report_codec.h"

namespace notrack::gui
{

namespace
{

FamilyReport sampleFamily(Family family, std::uint64_t packets)
{
    const std::string pods = family == Family::Ipv4 ? "10.244.0.0/16" : "fd00:244::/48";
    const std::string service = family == Family::Ipv4 ? "10.96.0.10/32" : "fd00:96::a/128";
    const Counters counters{packets, packets * 70};
    FamilyReport report;
    report.family = family;
    report.jumps.push_back({"PREROUTING", "NMANAGER_PREROUTING", ItemState::Ok, 1, counters});
    ChainReport chain;
    chain.name = "NMANAGER_NOT_DNS_PREROUTING";
    chain.rules.push_back({"-s " + pods + " -d " + service + " -p udp -m udp --dport 53 -m addrtype ! --src-type LOCAL -j CT --notrack",
                           ItemState::Ok, 1, counters});
    chain.rules.push_back({"-s " + pods + " -d " + pods + " -p udp -m udp --dport 53 -m addrtype ! --src-type LOCAL -j CT --notrack",
                           ItemState::Ok, 2, counters});
    report.chains.push_back(chain);
    return report;
}

} // namespace

Report sampleReport(const std::string& node, std::uint64_t packets)
{
    Report report;
    report.node = node;
    report.time = "2026-01-01T00:00:00Z";
    report.version = "0.1.0";
    report.command = "status";
    report.backend = "iptables";
    report.backendReason = "kube-proxy's hint chain is there";
    report.profileName = "kubeadm";
    report.profileDigest = "fnv1a64:0123456789abcdef";
    report.state = NodeState::InSync;
    report.families = {sampleFamily(Family::Ipv4, packets), sampleFamily(Family::Ipv6, packets)};
    report.conntrack = ConntrackFigures{500, 1000, packets / 10, 0, 0, 0};
    VirtualService service;
    service.address = *readAddress("10.96.0.10");
    service.port = Port{53};
    service.scheduler = "rr";
    service.realServers.push_back({*readAddress("10.244.1.2"), Port{53}, "Masq", 1, 0, 12});
    report.virtualServices.push_back(service);
    report.trial = TrialReport{};
    report.trial->outcome = TrialOutcome::Passed;
    report.trial->at = "2026-01-01T00:00:00Z";
    report.trial->places = 1;
    report.trial->rows.push_back({"pod-a", "10.96.0.10:53/udp", {8, 8, 0.4, 0.9}, {8, 8, 0.3, 0.8}, 0, ""});
    return report;
}

Report driftedReport(const std::string& node, std::uint64_t packets)
{
    Report report = sampleReport(node, packets);
    report.state = NodeState::Drifted;
    ChainReport& chain = report.families.front().chains.front();
    chain.rules[1].state = ItemState::Missing;
    chain.rules[1].position.reset();
    chain.rules[1].counters = {};
    chain.rules.push_back({"-p udp -j ACCEPT", ItemState::Unexpected, 2, {7, 490}});
    report.diff = "--- found\n+++ profile\n@@ raw @@\n-" + chain.rules[2].text + "\n+" + chain.rules[1].text + "\n";
    report.findings.push_back({"other-notrack",
                               Severity::Warning,
                               "somebody else's rule does the same",
                               {"-A PREROUTING -j CT --notrack"},
                               {"remove it"},
                               false});
    return report;
}

QByteArray lineOf(const Report& report)
{
    return QByteArray::fromStdString(writeReport(report)) + '\n';
}

ReceivedReport receivedAt(const Report& report, qint64 monotonic)
{
    ReceivedReport received;
    received.document.monotonic = monotonic;
    received.document.arrived = QDateTime::currentDateTimeUtc();
    received.report = std::make_shared<const Report>(report);
    return received;
}

} // namespace notrack::gui
