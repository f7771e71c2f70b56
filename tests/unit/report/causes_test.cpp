#include "core/report/causes.h"

#include <QTest>

using namespace notrack;

namespace
{

constexpr ConntrackFigures calm{10, 1000, 0, 0, 0, 0};

Report reportOf(NodeState state, const ConntrackFigures& conntrack)
{
    Report report;
    report.state = state;
    report.conntrack = conntrack;
    report.losses.emplace();
    VirtualService dns{*readAddress("10.96.0.10"), Port{53}, Protocol::Udp, "rr", {}};
    dns.realServers = {{*readAddress("10.244.1.3"), Port{53}, "Masq", 1, 0, 0}};
    report.virtualServices = {dns};
    return report;
}

/// One place that asked 20 pairs, of which some got half an answer and some none.
Report asked(std::uint32_t halves, std::uint32_t silent, std::uint64_t whileAsking, const ConntrackFigures& conntrack = calm)
{
    Report report = reportOf(NodeState::Absent, conntrack);
    report.losses->whileAsking = whileAsking;
    report.probe = ProbeReport{{{"pod-a", "10.96.0.10", 40, 40 - halves - 2 * silent, 1.0, 2.0, "lost", silent}}, {}};
    return report;
}

Report with(LossFigures losses)
{
    Report report = reportOf(NodeState::InSync, calm);
    report.losses = std::move(losses);
    return report;
}

/// "conntrack-race 3 profile; half-pairs 2 other".
QString ranking(const Report& report)
{
    QStringList causes;
    for (const Cause& cause : rankCauses(report))
        causes << QString::fromStdString(cause.id + " " + std::to_string(cause.lost) + " " + std::string(toText(cause.cure)));
    return causes.join("; ");
}

} // namespace

class CausesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void ranks_data()
    {
        QTest::addColumn<Report>("report");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* name, const Report& report, const char* expected) { QTest::newRow(name) << report << expected; };
        row("nothing", reportOf(NodeState::Absent, calm), "");
        row("nothing is known", Report{}, "");
        row("settled races are no loss", reportOf(NodeState::Absent, {10, 1000, 0, 0, 0, 900}), "");
        row("races", reportOf(NodeState::Absent, {10, 1000, 3, 0, 0, 5}), "conntrack-race 3 profile");
        row("races that the kernel counts as drops, too", reportOf(NodeState::Absent, {10, 1000, 3, 3, 0, 5}), "conntrack-race 3 profile");
        row("races with drifted rules", reportOf(NodeState::Drifted, {10, 1000, 3, 0, 0, 5}), "conntrack-race 3 profile");
        row("races of before", reportOf(NodeState::InSync, {10, 1000, 3, 0, 0, 5}), "conntrack-race 3 in-place");
        row("races where rules are unsafe", reportOf(NodeState::Unsafe, {10, 1000, 3, 0, 0, 5}), "conntrack-race 3 refused");
        row("dropped", reportOf(NodeState::Absent, {10, 1000, 0, 7, 0, 0}), "conntrack-full 7 profile");
        row("evicted", reportOf(NodeState::Absent, {10, 1000, 0, 0, 7, 0}), "conntrack-full 0 profile");
        row("a fifth of room", reportOf(NodeState::Absent, {799, 1000, 0, 0, 0, 0}), "");
        row("nearly full", reportOf(NodeState::Absent, {800, 1000, 0, 0, 0, 0}), "conntrack-full 0 profile");
        row("full with our rules", reportOf(NodeState::InSync, {999, 1000, 0, 2, 0, 0}), "conntrack-full 2 in-place");
        row("the larger loss first", reportOf(NodeState::Absent, {10, 1000, 9, 30, 0, 0}),
            "conntrack-full 21 profile; conntrack-race 9 profile");
        row("what is full now first", reportOf(NodeState::Absent, {999, 1000, 9, 10, 0, 0}),
            "conntrack-full 1 profile; conntrack-race 9 profile");
        row("IPVS's table is large", with({IpvsLoad{900000, 4096, 300, 900, 120, false, false}, {}, {}, {}, 0}), "");
        row("IPVS drops", with({IpvsLoad{900000, 4096, 300, 900, 120, true, false}, {}, {}, {}, 0}), "ipvs-table 0 other");
        row("IPVS drops packets", with({IpvsLoad{5, 4096, 300, 900, 120, false, true}, {}, {}, {}, 0}), "ipvs-table 0 other");
        row("buffers", with({{}, {{"node", "RcvbufErrors", 4}, {"coredns", "RcvbufErrors", 5}}, {}, {}, 0}), "socket-buffers 9 other");
        row("fragments", with({{}, {}, {{"node", "ReasmFails", 4}}, {}, 0}), "large-answers 4 other");
        row("card", with({{}, {}, {}, {{"eth0", "conntrack_allowance_exceeded", 6}}, 0}), "card-allowance 6 other");
        row("all answered", asked(0, 0, 0), "");
        row("half of pairs", asked(3, 0, 0), "half-pairs 3 other");
        row("no answer", asked(0, 2, 0), "no-answer 4 other");
        row("both", asked(1, 2, 0), "no-answer 4 other; half-pairs 1 other");
        row("halves that the race took", asked(3, 0, 3, {10, 1000, 3, 0, 0, 0}), "conntrack-race 3 profile");
        row("halves beside races of before", asked(3, 0, 0, {10, 1000, 90, 0, 0, 0}), "half-pairs 3 other; conntrack-race 90 profile");
        row("silence of a full table", asked(0, 20, 40, {1000, 1000, 0, 40, 0, 0}), "conntrack-full 40 profile");
        row("silence of a dead server beside a nearly full table", asked(0, 20, 0, {850, 1000, 0, 0, 0, 0}),
            "no-answer 40 other; conntrack-full 0 profile");
    }

    void ranks()
    {
        QFETCH(Report, report);
        QFETCH(QString, expected);
        QCOMPARE(ranking(report), expected);
    }

    /// Advice is commands for this very node.
    void adviceIsExact()
    {
        const auto advice = [](const Report& report) {
            QStringList lines;
            const std::vector<Cause> causes = rankCauses(report);
            for (const std::string& line : causes.at(0).advice)
                lines << QString::fromStdString(line);
            return lines;
        };
        QCOMPARE(advice(reportOf(NodeState::Absent, {10, 1000, 3, 0, 0, 5})), QStringList("dns-notrack apply"));
        QCOMPARE(advice(reportOf(NodeState::InSync, {999, 1000, 0, 2, 0, 0})),
                 QStringList({"sysctl -w net.netfilter.nf_conntrack_max=2000",
                              "sysctl -w net.netfilter.nf_conntrack_tcp_timeout_established=86400",
                              "dns-notrack doctor --census tells who fills it"}));
        QVERIFY(advice(reportOf(NodeState::Unsafe, {10, 1000, 3, 0, 0, 5})).at(1).contains("s/__PILLAR__CLUSTER__DNS__/10.96.0.10/g"));
        QCOMPARE(advice(with({{}, {{"node", "RcvbufErrors", 4}}, {}, {}, 0})).at(1),
                 QString("kubectl -n kube-system scale deployment coredns --replicas=2"));
    }
};

QTEST_APPLESS_MAIN(CausesTest)
#include "causes_test.moc"
