#include "core/report/doctor.h"

#include "core/report/causes.h"

#include <QTest>

using namespace notrack;

namespace
{

Report reportOf(NodeState state, const ConntrackFigures& figures)
{
    Report report;
    report.state = state;
    report.conntrack = figures;
    report.causes = rankCauses(report);
    return report;
}

QString lastLine(const Report& report)
{
    return QString::fromStdString(describeHealth(report)).trimmed().section('\n', -1);
}

} // namespace

class DoctorTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theFirstLineSaysWhichBackendAndWhy()
    {
        Report report = reportOf(NodeState::InSync, {10, 1000, 0, 0, 0, 0});
        report.backend = "nftables";
        report.backendReason = "the profile asks for it";
        QCOMPARE(QString::fromStdString(describeHealth(report)).section('\n', 0, 0),
                 QString("rules go to nftables: the profile asks for it"));
    }

    void theLastLineSaysWhatToDo()
    {
        const ConntrackFigures calm{10, 1000, 0, 0, 0, 0};
        const ConntrackFigures losing{10, 1000, 3, 0, 0, 0};
        QCOMPARE(lastLine(reportOf(NodeState::InSync, calm)), QString("Next: nothing: the rules are in place"));
        QCOMPARE(lastLine(reportOf(NodeState::Absent, calm)), QString("Next: dns-notrack apply is safe here; no hurry, nothing is lost"));
        QCOMPARE(lastLine(reportOf(NodeState::Absent, losing)),
                 QString("Next: dns-notrack apply, which takes DNS out of connection tracking"));
        QCOMPARE(lastLine(reportOf(NodeState::Drifted, calm)), QString("Next: dns-notrack apply, which puts the rules right again"));
        QCOMPARE(lastLine(reportOf(NodeState::InSync, losing)), QString("Next: nothing: the rules are in place"));
        QCOMPARE(lastLine(reportOf(NodeState::InSync, {999, 1000, 0, 0, 0, 0})),
                 QString("Next: sysctl -w net.netfilter.nf_conntrack_max=2000 (conntrack-full)"));
        Report report = reportOf(NodeState::Unsafe, losing);
        report.findings = {{"service-dnat", Severity::Fatal, "a", {}, {"use IPVS"}, true},
                           {"host-port", Severity::Fatal, "b", {"a rule"}, {"remove it"}, false},
                           {"no-backends", Severity::Warning, "c", {}, {"look"}, false}};
        QCOMPARE(lastLine(report), QString("Next: do not apply yet; remove it (host-port)"));
        report.findings.at(1).waived = true;
        QCOMPARE(lastLine(report), QString("Next: look (no-backends)"));
        report.error = Error{ErrorKind::NotPermitted, "needs CAP_NET_ADMIN", "nftables"};
        QCOMPARE(lastLine(report), QString("Next: nftables: needs CAP_NET_ADMIN"));
    }

    void everythingIsTold()
    {
        Report report = reportOf(NodeState::Unsafe, {1234, 262144, 0, 0, 0, 5});
        const RealServer server{*readAddress("10.244.1.3"), Port{53}, "Masq", 1, 0, 0};
        report.virtualServices = {{*readAddress("fd00:96::a"), Port{53}, Protocol::Udp, "rr", {server}}};
        report.findings = {{"host-port", Severity::Fatal, "It breaks.", {"a rule"}, {"remove it"}, false}};
        report.probe = ProbeReport{{{"node", "10.96.0.10", 12, 10, 1.0, 2.0, "1 pairs timed out"}}, {}};
        QCOMPARE(QString::fromStdString(describeHealth(report)),
                 QString("IPVS balances [fd00:96::a]:53/udp over 1 server: 10.244.1.3\n"
                         "conntrack holds 1234 of 262144 entries\n"
                         "fatal host-port: It breaks.\n  found: a rule\n  to do: remove it\n"
                         "probe from node to 10.96.0.10: 10 of 12 answered, 1 pairs timed out\n"
                         "Nothing is lost here, as far as this node's figures since boot tell; its kernel settled 5 races.\n"
                         "Next: do not apply yet; remove it (host-port)\n"));
    }

    void theAnswerSaysWhatIsLostAndWhatEndsIt()
    {
        Report report = reportOf(NodeState::Absent, {10, 1000, 3, 0, 0, 5});
        report.losses = LossFigures{IpvsLoad{3000, 4096, 300, 900, 120, false, false}, {{"coredns", "RcvbufErrors", 1}}, {}, {}, 0};
        report.causes = rankCauses(report);
        QCOMPARE(
            QString::fromStdString(describeHealth(report)),
            QString("conntrack holds 10 of 1000 entries\n"
                    "IPVS's own table holds 3000 entries in 4096 buckets, for 300 s (udp), 900 s (tcp), 120 s (tcp after FIN); NOTRACK "
                    "does not spare it\n"
                    "What is lost here, the worst first:\n"
                    "1. conntrack-race: Packets that raced for the same conntrack entry were lost, as A and AAAA from one socket do.\n"
                    "   found: 3 entries not inserted, each a lost packet (insert_failed)\n"
                    "   found: 5 races that the kernel settled (clashres)\n"
                    "   this profile cures it\n"
                    "   to do: dns-notrack apply\n"
                    "2. socket-buffers: Datagrams reached a socket whose buffer was full: who reads it is too slow for the bursts.\n"
                    "   found: coredns: RcvbufErrors 1\n"
                    "   this profile does not cure it\n"
                    "   to do: sysctl -w net.core.rmem_default=1703936 net.core.rmem_max=1703936, then kubectl -n kube-system rollout "
                    "restart deployment coredns\n"
                    "Next: dns-notrack apply, which takes DNS out of connection tracking\n"));
    }
};

QTEST_APPLESS_MAIN(DoctorTest)
#include "doctor_test.moc"
