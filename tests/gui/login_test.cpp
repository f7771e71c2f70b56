#include "tests/gui/memory_fleet.h"
#include "tests/gui/sample_reports.h"

#include <QTest>

using namespace notrack;
using namespace notrack::gui;

namespace
{

const QString a = QStringLiteral("a");
const QString b = QStringLiteral("b");

} // namespace

/// What a person typed is worth something: it is neither asked for again nor covered up.
class LoginTest : public QObject
{
    Q_OBJECT

private slots:
    void theTrueReasonStays()
    {
        Fleet fleet;
        fleet.connection.setNodes(nodesNamed({a}));
        QTRY_COMPARE(fleet.channels.size(), std::size_t{1});
        fleet.channels[0]->end(255, "a: Permission denied (keyboard-interactive).\n");
        QCOMPARE(fleet.states[a].phase, LinkPhase::NeedsPerson);
        QTRY_VERIFY(fleet.channels.empty());
        fleet.connection.connectInteractively(a);
        QTRY_COMPARE(fleet.channels.size(), std::size_t{1});
        fleet.channels[0]->end(77, "dns-notrack: needs CAP_NET_ADMIN\n");
        QCOMPARE(fleet.states[a].problem, LinkProblem::Runner);
        QCOMPARE(fleet.states[a].phase, LinkPhase::NeedsPerson);
        QCOMPARE(fleet.states[a].exitCode, 77);
        QTest::qWait(3500); // longer than the first pause
        QVERIFY(fleet.channels.empty());
        QVERIFY(fleet.states[a].reason.contains(QStringLiteral("CAP_NET_ADMIN")));
        ConnectionSettings changed;
        changed.interval = 3;
        fleet.connection.setSettings(changed);
        fleet.connection.reconnectChanged(); // nor covered up by a new attempt in batch
        QTest::qWait(100);
        QVERIFY(fleet.channels.empty());
    }

    void settingsKeepWhatAPersonLetIn()
    {
        Fleet fleet;
        fleet.connection.setNodes(nodesNamed({a, b}));
        QTRY_COMPARE(fleet.channels.size(), std::size_t{2});
        fleet.channelOf(b).say(lineOf(sampleReport("b")));
        fleet.channelOf(a).end(255, "a: Permission denied (publickey).\n");
        fleet.connection.connectInteractively(a);
        QTRY_COMPARE(fleet.states[a].phase, LinkPhase::Queued);
        QTRY_COMPARE(fleet.states[a].phase, LinkPhase::Connecting);
        MemoryChannel* letIn = &fleet.channelOf(a);
        letIn->say(lineOf(sampleReport("a")));
        QTRY_COMPARE(fleet.states[a].phase, LinkPhase::Live);
        QTRY_COMPARE(fleet.states[b].phase, LinkPhase::Live);
        MemoryChannel* batch = &fleet.channelOf(b);
        fleet.connection.setSettings(fleet.connection.settings()); // OK without a change
        fleet.connection.reconnectChanged();
        QVERIFY(!letIn->retired && !batch->retired);
        ConnectionSettings changed = fleet.connection.settings();
        changed.interval = 3;
        fleet.connection.setSettings(changed);
        fleet.connection.reconnectChanged();
        QVERIFY(!letIn->retired);
        QVERIFY(batch->retired);
    }

    void liveNodesAreNotAsked()
    {
        Fleet fleet;
        fleet.connection.setNodes(nodesNamed({a, b}));
        QTRY_COMPARE(fleet.channels.size(), std::size_t{2});
        fleet.channelOf(a).say(lineOf(sampleReport("a")));
        QTRY_COMPARE(fleet.states[a].phase, LinkPhase::Live);
        fleet.channelOf(b).end(255, "Host key verification failed.\n");
        const MemoryChannel* healthy = &fleet.channelOf(a);
        fleet.connection.connectInteractively(a);
        fleet.connection.connectInteractively(b);
        QTest::qWait(100);
        QCOMPARE(fleet.states[a].phase, LinkPhase::Live);
        QVERIFY(!healthy->retired);
        QCOMPARE(fleet.states[b].phase, LinkPhase::Connecting);
    }

    void aNewNameCanBeAccepted()
    {
        Fleet fleet;
        fleet.connection.setNodes(nodesNamed({a}));
        QTRY_COMPARE(fleet.channels.size(), std::size_t{1});
        fleet.channels[0]->say(lineOf(sampleReport("old")));
        QTRY_COMPARE(fleet.states[a].phase, LinkPhase::Live);
        fleet.channels[0]->say(lineOf(sampleReport("new")));
        QTRY_COMPARE(fleet.states[a].problem, LinkProblem::Renamed);
        QTRY_VERIFY(fleet.channels.empty());
        fleet.connection.acceptName(a);
        QTRY_COMPARE(fleet.channels.size(), std::size_t{1});
        fleet.channels[0]->say(lineOf(sampleReport("new")));
        QTRY_COMPARE(fleet.states[a], (LinkState{LinkPhase::Live, LinkProblem::None, {}, 0, 0}));
    }

    void moreGroupsAreNoReasonToConnectAnew()
    {
        Fleet fleet;
        std::vector<NodeEntry> nodes = nodesNamed({a});
        fleet.connection.setNodes(nodes);
        QTRY_COMPARE(fleet.channels.size(), std::size_t{1});
        const MemoryChannel* first = fleet.channels[0];
        nodes[0].groups.append(QStringLiteral("edge"));
        fleet.connection.setNodes(nodes);
        QVERIFY(!first->retired);
        nodes[0].user = QStringLiteral("root");
        fleet.connection.setNodes(nodes);
        QTRY_VERIFY(fleet.channels.size() == 1 && fleet.channels[0]->command.arguments.contains(QStringLiteral("root")));
    }

    void aMissingSshIsAFaultOfTheDesk()
    {
        const LinkState missing = judgeEnd({-1, QStringLiteral("ssh could not be started"), true}, {}, false);
        QCOMPARE(missing.problem, LinkProblem::Desk);
        QCOMPARE(judgeEnd({-1, QStringLiteral("ssh was ended by a signal"), false}, {}, false).problem, LinkProblem::Unreachable);
        QCOMPARE(judgeEnd({65, {}}, QStringLiteral("profile.yaml:3: no\n"), false).reason,
                 QStringLiteral("the runner refuses its profile: profile.yaml:3: no"));
    }
};

QTEST_GUILESS_MAIN(LoginTest)
#include "login_test.moc"
