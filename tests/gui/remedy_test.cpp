#include "gui/model/remedy.h"
#include "tests/gui/sample_reports.h"

#include <QProcess>
#include <QTest>

using namespace notrack;
using namespace notrack::gui;

namespace
{

LinkState link(LinkProblem problem, const QString& reason, int exitCode = 0)
{
    return {LinkPhase::Waiting, problem, reason, 0, exitCode};
}

NodeRecord recordOf(const LinkState& state)
{
    NodeRecord record;
    record.entry = {QStringLiteral("w 1"),   QStringLiteral("10.0.0.1"), QStringLiteral("ops"), 2222, QStringLiteral("/k/my key"), false,
                    {QStringLiteral("edge")}};
    record.link = state;
    return record;
}

NodeRecord liveRecord(NodeState state)
{
    NodeRecord record = recordOf({LinkPhase::Live, LinkProblem::None, {}, 0, 0});
    Report report = sampleReport("w1");
    report.state = state;
    report.findings.push_back({"service-dnat", Severity::Fatal, "a rule rewrites it", {}, {"remove the DNAT rule"}, false});
    record.take(receivedAt(report, steadyNow()), 5000);
    return record;
}

ConnectionSettings settings()
{
    ConnectionSettings settings;
    settings.sshArgumentsByGroup.insert(QStringLiteral("edge"), QStringLiteral("-J bastion"));
    return settings;
}

const QString way = QStringLiteral("-J bastion -p 2222 -l ops -i '/k/my key' 10.0.0.1");

} // namespace

class RemedyTest : public QObject
{
    Q_OBJECT

private slots:
    void links_data()
    {
        QTest::addColumn<int>("problem");
        QTest::addColumn<int>("exitCode");
        QTest::addColumn<QString>("reason");
        QTest::addColumn<QString>("command");
        const auto row = [](const char* name, LinkProblem problem, int exitCode, const char* reason, const QString& command) {
            QTest::newRow(name) << int(problem) << exitCode << QString::fromLatin1(reason) << command;
        };
        const auto sudo = [](const QString& words) { return QStringLiteral("ssh -t %1 'sudo %2'").arg(way, words); };
        row("unknown host key", LinkProblem::Authentication, 255, "Host key verification failed.", QStringLiteral("ssh %1 true").arg(way));
        row("passphrase", LinkProblem::Authentication, 255, "Permission denied (publickey).", QStringLiteral("ssh-add '/k/my key'"));
        row("many keys", LinkProblem::Authentication, 255, "Too many authentication failures",
            QStringLiteral("ssh -o IdentitiesOnly=yes %1 true").arg(way));
        row("changed host key", LinkProblem::HostKeyChanged, 255, "changed", QStringLiteral("ssh-keygen -R '[10.0.0.1]:2222'"));
        row("no route", LinkProblem::Unreachable, 255, "No route to host", QStringLiteral("ssh -v %1 true").arg(way));
        row("no ssh", LinkProblem::Desk, 0, "ssh could not be started", {});
        row("no runner", LinkProblem::Runner, 127, "not there",
            QStringLiteral(
                "cat dns-notrack_*.deb | ssh %1 'cat > /tmp/dns-notrack.deb' && ssh -t %1 'sudo apt install /tmp/dns-notrack.deb'")
                .arg(way));
        row("not permitted", LinkProblem::Runner, 77, "needs CAP_NET_ADMIN", sudo(QStringLiteral("usermod -aG dns-notrack-monitor ops")));
        row("another version", LinkProblem::Runner, 64, "unknown option", sudo(QStringLiteral("/usr/sbin/dns-notrack version")));
        row("bad profile", LinkProblem::Runner, 65, "profile.yaml:3",
            sudo(QStringLiteral("/usr/sbin/dns-notrack validate /etc/dns-notrack/profile.yaml")));
        row("no backend", LinkProblem::Runner, 69, "", sudo(QStringLiteral("/usr/sbin/dns-notrack doctor")));
        row("locked", LinkProblem::Runner, 75, "", sudo(QStringLiteral("/usr/sbin/dns-notrack status")));
        row("ended", LinkProblem::Runner, 1, "boom", sudo(QStringLiteral("/usr/sbin/dns-notrack status")));
        row("renamed", LinkProblem::Renamed, 0, "it says that it is", {});
        row("nonsense", LinkProblem::BadReport, 0, "", sudo(QStringLiteral("/usr/sbin/dns-notrack status --output json")));
    }

    void links()
    {
        QFETCH(int, problem);
        QFETCH(int, exitCode);
        QFETCH(QString, reason);
        QFETCH(QString, command);
        const Remedy found = remedy(recordOf(link(static_cast<LinkProblem>(problem), reason, exitCode)), settings());
        QCOMPARE(found.command, command);
        QVERIFY(!found.cause.isEmpty());
    }

    void reports_data()
    {
        QTest::addColumn<int>("state");
        QTest::addColumn<QString>("words");
        QTest::newRow("in sync") << int(NodeState::InSync) << "";
        QTest::newRow("drifted") << int(NodeState::Drifted) << "apply --check --diff";
        QTest::newRow("absent") << int(NodeState::Absent) << "apply --check --diff";
        QTest::newRow("unsafe") << int(NodeState::Unsafe) << "doctor";
        QTest::newRow("error") << int(NodeState::Error) << "doctor";
    }

    void reports()
    {
        QFETCH(int, state);
        QFETCH(QString, words);
        const Remedy found = remedy(liveRecord(static_cast<NodeState>(state)), settings());
        QCOMPARE(found.command, words.isEmpty() ? QString() : QStringLiteral("ssh -t %1 'sudo /usr/sbin/dns-notrack %2'").arg(way, words));
        QCOMPARE(found.cause.isEmpty(), words.isEmpty());
        QCOMPARE(found.cause.contains(QStringLiteral("remove the DNAT rule")), state == int(NodeState::Unsafe));
    }

    void staleAndLocal()
    {
        NodeRecord record = liveRecord(NodeState::Drifted);
        record.judgeFreshness(steadyNow() + 60'000);
        QVERIFY(remedy(record, settings()).command.contains(QStringLiteral("ps -C dns-notrack")));
        record = liveRecord(NodeState::Drifted);
        record.entry.local = true;
        QCOMPARE(remedy(record, settings()).command, QStringLiteral("sudo /usr/sbin/dns-notrack apply --check --diff"));
        QCOMPARE(remedy(NodeRecord(), settings()), Remedy());
    }

    void sudoNamesTheGroup()
    {
        ConnectionSettings withSudo = settings();
        withSudo.runner = QStringLiteral("sudo -n /usr/sbin/dns-notrack");
        const NodeRecord record = recordOf(link(LinkProblem::Runner, QStringLiteral("sudo: a password is required"), 1));
        QVERIFY(remedy(record, withSudo).command.contains(QStringLiteral("usermod -aG dns-notrack-monitor ops")));
    }

    void commandsSurviveTheShell_data()
    {
        QTest::addColumn<QString>("word");
        for (const char* word : {"plain", "", "a b", "it's", "$(id)", "`id`", "a\"b", "~", "*", "a;b", "ä"}) {
            QTest::newRow(word) << QString::fromUtf8(word);
        }
    }

    void commandsSurviveTheShell()
    {
        QFETCH(QString, word);
        QProcess shell;
        shell.start(QStringLiteral("sh"), {QStringLiteral("-c"), QStringLiteral("printf %s ") + shellQuoted(word)});
        QVERIFY(shell.waitForFinished());
        QCOMPARE(QString::fromUtf8(shell.readAllStandardOutput()), word);
    }

    void playbooks()
    {
        QCOMPARE(playbookCommand({QStringLiteral("/my hosts.ini")}, {QStringLiteral("a"), QStringLiteral("b")}),
                 QStringLiteral("ansible-playbook -i '/my hosts.ini' --limit a,b --check --diff notrack.dns.apply"));
    }
};

QTEST_GUILESS_MAIN(RemedyTest)
#include "remedy_test.moc"
