#include "core/report/pod_page.h"

#include <QTest>

using namespace notrack;

namespace
{

RuleReport ruleOf(const char* text, std::uint64_t packets)
{
    return {text, ItemState::Ok, 1, {packets, 0}};
}

Report nodeReport()
{
    Report report;
    report.node = "node-a";
    report.backend = "iptables";
    report.state = NodeState::InSync;
    report.virtualServices = {{*readAddress("10.96.0.10"), Port{53}, Protocol::Udp, "rr", {}},
                              {*readAddress("fd00::a"), Port{53}, Protocol::Udp, "rr", {}}};
    ChainReport chain{"NMANAGER_NOT_DNS_PREROUTING", ItemState::Ok, std::nullopt, {}};
    chain.rules = {ruleOf("-s 10.244.0.0/16 -d 10.96.0.10/32 -p udp -m udp --dport 53 -j CT --notrack", 7),
                   ruleOf("-s 10.9.0.0/16 -d 10.96.0.10/32 -p udp -m udp --dport 53 -j CT --notrack", 8),
                   ruleOf("-s 10.9.0.0/16 -d 10.244.0.0/16 -p udp -m udp --sport 53 -j CT --notrack", 1)};
    report.families = {{Family::Ipv4, {}, {chain, {"NMANAGER_OUTPUT", ItemState::Ok, std::nullopt, {}}}, ""}, {Family::Ipv6, {}, {}, ""}};
    TrialReport trial{.outcome = TrialOutcome::Lost, .at = "2026-11-26T12:00:00Z"};
    trial.rows = {{"pod-a", "10.96.0.10:53/udp", {8, 8, {}, {}}, {8, 0, {}, {}}, 8, ""},
                  {"pod-b", "10.96.0.10:53/udp", {8, 8, {}, {}}, {8, 8, {}, {}}, 0, ""}};
    report.trial = trial;
    report.findings = {{"stateful-forward", Severity::Warning, "node", {"a rule", "overruled"}, {}, false, true}};
    return report;
}

} // namespace

class PodPageTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isAboutOnePodAlone()
    {
        Report report = nodeReport();
        narrowToPod(report, {*readAddress("10.244.1.5"), "pod-a", 1, {{"pod-a", "RcvbufErrors", 4}}},
                    {{"stateful-forward", Severity::Fatal, "This pod.", {"its rule"}, {"do it"}, false, true}});
        QCOMPARE(
            QString::fromStdString(describePod(report)),
            QString(
                "10.244.1.5: pod pod-a on node-a, rules in-sync (iptables)\n"
                "IPVS balances 10.96.0.10:53/udp over 0 servers\n"
                "rules of ours that its packets may meet, with what they counted for all pods:\n"
                "  ok, 7 packets: -A NMANAGER_NOT_DNS_PREROUTING -s 10.244.0.0/16 -d 10.96.0.10/32 -p udp -m udp --dport 53 -j CT "
                "--notrack\n"
                "  ok, 1 packet: -A NMANAGER_NOT_DNS_PREROUTING -s 10.9.0.0/16 -d 10.244.0.0/16 -p udp -m udp --sport 53 -j CT --notrack\n"
                "its queries hold 1 entry of the conntrack table\n"
                "its own sockets lost: RcvbufErrors 4\n"
                "its last trial, at 2026-11-26T12:00:00Z (lost on this node):\n"
                "  pod-a: tracked 8 of 8, untracked 0 of 8 (10.96.0.10:53/udp), lost 8\n"
                "warning stateful-forward: This pod.\n  found: its rule\n  found: overruled\n  to do: do it\n"));
    }

    void whatIsNotThereIsSaid()
    {
        Report report = nodeReport();
        report.trial.reset();
        narrowToPod(report, {*readAddress("10.244.1.5"), "pod-a", 0, {}}, {});
        const QString page = QString::fromStdString(describePod(report));
        QVERIFY2(page.contains("no trial was made in this boot\nnothing on its way stands against the rules\n"), qPrintable(page));
    }
};

QTEST_APPLESS_MAIN(PodPageTest)
#include "pod_page_test.moc"
