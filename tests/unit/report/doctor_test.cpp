#include "core/report/doctor.h"

#include <QTest>

using namespace notrack;

namespace
{

Report reportOf(NodeState state, const ConntrackFigures& figures)
{
    Report report;
    report.state = state;
    report.conntrack = figures;
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

private slots:
    void suffering_data()
    {
        QTest::addColumn<QString>("expected");
        QTest::addColumn<bool>("loses");
        QTest::addColumn<quint64>("entries");
        QTest::addColumn<quint64>("insertFailed");
        QTest::addColumn<quint64>("drop");
        QTest::addColumn<quint64>("earlyDrop");
        QTest::addColumn<quint64>("clashes");
        const auto row = [](const char* name, const QString& expected, bool loses, quint64 entries, quint64 failed, quint64 drop,
                            quint64 early,
                            quint64 clashes) { QTest::newRow(name) << expected << loses << entries << failed << drop << early << clashes; };
        const QString suffers = "This node suffers from connection tracking (all traffic, since boot): ";
        row("nothing", "This node does not suffer: nothing was lost to connection tracking since boot.", false, 10, 0, 0, 0, 0);
        row("settled races", "This node does not suffer: its kernel settled all 5 races since boot.", false, 10, 0, 0, 0, 5);
        row("lost races", suffers + "2 entries not inserted, each a lost packet (racing queries do this).", true, 10, 2, 0, 0, 5);
        row("full", suffers + "1 packet dropped for want of an entry; 7 entries evicted to make room; the table is 99 % full.", true, 999,
            0, 1, 7, 0);
        row("nearly full", suffers + "the table is 80 % full.", true, 800, 0, 0, 0, 0);
    }

    void suffering()
    {
        QFETCH(QString, expected);
        QFETCH(bool, loses);
        QFETCH(quint64, entries);
        QFETCH(quint64, insertFailed);
        QFETCH(quint64, drop);
        QFETCH(quint64, earlyDrop);
        QFETCH(quint64, clashes);
        const ConntrackFigures figures{entries, 1000, insertFailed, drop, earlyDrop, clashes};
        QCOMPARE(QString::fromStdString(describeSuffering(figures)), expected);
        QCOMPARE(suffers(figures), loses);
    }

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
                         "This node does not suffer: its kernel settled all 5 races since boot.\n"
                         "fatal host-port: It breaks.\n  found: a rule\n  to do: remove it\n"
                         "probe from node to 10.96.0.10: 10 of 12 answered, 1 pairs timed out\n"
                         "Next: do not apply yet; remove it (host-port)\n"));
    }
};

QTEST_APPLESS_MAIN(DoctorTest)
#include "doctor_test.moc"
