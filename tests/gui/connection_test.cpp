#include "gui/remote/askpass.h"
#include "gui/remote/back_off.h"
#include "gui/remote/document_reader.h"
#include "gui/remote/process_channel.h"
#include "tests/gui/memory_fleet.h"
#include "tests/gui/sample_reports.h"

#include <sys/resource.h>

#include <QLocalSocket>
#include <QPointer>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace notrack;
using namespace notrack::gui;

class ConnectionTest : public QObject
{
    Q_OBJECT

private slots:
    void documents()
    {
        DocumentReader reader;
        QCOMPARE(reader.read("Welcome!\n{\"sch", 0).size(), std::size_t{0});
        const auto documents = reader.read("ema\":1}\r\n\n{\"schema\":2}\n{\"", 0);
        QCOMPARE(documents.size(), std::size_t{2});
        QCOMPARE(documents[0] + documents[1], QByteArray("{\"schema\":1}{\"schema\":2}"));
        QVERIFY(!reader.failure());
    }

    void endlessStreams()
    {
        DocumentReader endlessLine;
        for (int piece = 0; piece < 40 && !endlessLine.failure(); ++piece) {
            endlessLine.read(QByteArray(64 << 10, 'x'), 0);
        }
        QVERIFY(endlessLine.failure());
        DocumentReader endlessNoise;
        for (int piece = 0; piece < 5000 && !endlessNoise.failure(); ++piece) {
            endlessNoise.read(QByteArray(80, 'x') + '\n', 0);
        }
        QVERIFY(endlessNoise.failure());
    }

    void floods()
    {
        const QByteArray document = "{\"schema\":\"" + QByteArray(1 << 19, 'x') + "\"}\n";
        DocumentReader flooded;
        DocumentReader busy;
        for (int count = 0; count < 40; ++count) {
            flooded.read(document, 0);
            busy.read(document, 200 * count);
        }
        QVERIFY(flooded.failure());
        QVERIFY(!busy.failure());
    }

    void ends_data()
    {
        QTest::addColumn<int>("exitCode");
        QTest::addColumn<QString>("words");
        QTest::addColumn<int>("problem");
        QTest::newRow("refused") << 255 << "ssh: connect to host a port 22: Connection refused" << int(LinkProblem::Unreachable);
        QTest::newRow("no key") << 255 << "root@a: Permission denied (publickey,password)." << int(LinkProblem::Authentication);
        QTest::newRow("unknown host key")
            << 255 << "No ED25519 host key is known for a and you have requested strict checking.\nHost key verification failed."
            << int(LinkProblem::Authentication);
        QTest::newRow("changed host key") << 255 << "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed."
                                          << int(LinkProblem::HostKeyChanged);
        QTest::newRow("no runner") << 127 << "bash: /usr/sbin/dns-notrack: No such file or directory" << int(LinkProblem::Runner);
        QTest::newRow("not permitted") << 77 << "not root" << int(LinkProblem::Runner);
        QTest::newRow("sudo") << 1 << "sudo: a password is required" << int(LinkProblem::Runner);
    }

    void ends()
    {
        QFETCH(int, exitCode);
        QFETCH(QString, words);
        QFETCH(int, problem);
        const LinkState state = judgeEnd({exitCode, {}}, words, false);
        QCOMPARE(int(state.problem), problem);
        QVERIFY(!state.reason.isEmpty());
    }

    /// What ssh says last is not always why.
    void theLineThatSaysWhyIsTheReason()
    {
        const auto reason = [](const char* words) { return judgeEnd({255, {}}, QLatin1String(words), false).reason; };
        QCOMPARE(reason("Permission denied is what intruders get.\nHost key verification failed.\nConnection closed by UNKNOWN port 65535"),
                 QStringLiteral("Host key verification failed."));
        QCOMPARE(
            reason("Received disconnect from 10.0.0.1 port 22:2: Too many authentication failures\nDisconnected from 10.0.0.1 port 22"),
            QStringLiteral("Received disconnect from 10.0.0.1 port 22:2: Too many authentication failures"));
        QCOMPARE(reason("Welcome.\nssh: connect to host a port 22: No route to host"),
                 QStringLiteral("ssh: connect to host a port 22: No route to host"));
    }

    void backOffGrowsAndScatters()
    {
        QRandomGenerator random(1);
        for (int attempt = 1; attempt < 40; ++attempt) {
            const auto pause = backOff(attempt, random).count();
            QVERIFY(pause >= 1500 && pause <= 75'000);
            QVERIFY(attempt < 6 || pause >= 45'000);
        }
    }

    void aNodeGoesLive()
    {
        Fleet fleet;
        fleet.connection.setNodes(nodesNamed({QStringLiteral("a")}));
        QTRY_COMPARE(fleet.channels.size(), std::size_t{1});
        QCOMPARE(fleet.states[QStringLiteral("a")].phase, LinkPhase::Connecting);
        fleet.channels[0]->say("motd\n" + lineOf(sampleReport("node-a")));
        QTRY_COMPARE(fleet.states[QStringLiteral("a")].phase, LinkPhase::Live);
        QCOMPARE(fleet.reports, 1);
    }

    void startsAreBounded()
    {
        ConnectionSettings settings;
        settings.startLimit = 2;
        Fleet fleet(settings);
        fleet.connection.setNodes(nodesNamed({QStringLiteral("a"), QStringLiteral("b"), QStringLiteral("c")}));
        QTRY_COMPARE(fleet.channels.size(), std::size_t{2});
        QTest::qWait(50);
        QCOMPARE(fleet.channels.size(), std::size_t{2});
        fleet.channels[0]->say(lineOf(sampleReport("a")));
        QTRY_COMPARE(fleet.channels.size(), std::size_t{3});
        fleet.connection.pause(QStringLiteral("b"));
        QCOMPARE(fleet.states[QStringLiteral("b")].phase, LinkPhase::Paused);
    }

    void hostileDocuments_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("problem");
        const int bad = int(LinkProblem::BadReport);
        QTest::newRow("malformed") << QByteArray("{\"schema\":\"dns-notrack/report/v1\",\n") << bad;
        QTest::newRow("newer schema") << QByteArray("{\"schema\":\"dns-notrack/report/v9\",\"node\":\"a\"}\n") << bad;
        QTest::newRow("deep") << QByteArray("{\"schema\":") + QByteArray(100'000, '[') + "\n" << bad;
        QTest::newRow("endless") << QByteArray("{\"schema\":") + QByteArray(2 << 20, 'x') << bad;
        QTest::newRow("another node") << lineOf(sampleReport("b")) << int(LinkProblem::Renamed);
        QTest::newRow("not a document") << QByteArray("hello\n") << bad;
    }

    void hostileDocuments()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(int, problem);
        Fleet fleet;
        fleet.connection.setNodes(nodesNamed({QStringLiteral("a")}));
        QTRY_COMPARE(fleet.channels.size(), std::size_t{1});
        fleet.channels[0]->say(lineOf(sampleReport("a")));
        QTRY_COMPARE(fleet.states[QStringLiteral("a")].phase, LinkPhase::Live);
        fleet.channels[0]->say(bytes);
        QTRY_COMPARE(int(fleet.states[QStringLiteral("a")].problem), problem);
        QCOMPARE(fleet.states[QStringLiteral("a")].phase, LinkPhase::Waiting);
        QVERIFY(fleet.states[QStringLiteral("a")].retryAt > steadyNow());
        QVERIFY(!fleet.states[QStringLiteral("a")].reason.isEmpty());
        QTRY_VERIFY(fleet.channels.empty());
    }

    void aNodeCannotTakeAnothersName()
    {
        Fleet fleet;
        fleet.connection.setNodes(nodesNamed({QStringLiteral("a.example"), QStringLiteral("b.example"), QStringLiteral("10.0.0.7")}));
        QTRY_COMPARE(fleet.channels.size(), std::size_t{3});
        fleet.channelOf(QStringLiteral("a.example")).say(lineOf(sampleReport("a")));
        fleet.channelOf(QStringLiteral("b.example")).say(lineOf(sampleReport("a")));
        fleet.channelOf(QStringLiteral("10.0.0.7")).say(lineOf(sampleReport("c")));
        QTRY_COMPARE(fleet.states[QStringLiteral("b.example")].problem, LinkProblem::BadReport);
        QCOMPARE(fleet.states[QStringLiteral("b.example")].reason, QStringLiteral("it says that it is \"a\", which is another node"));
        QTRY_COMPARE(fleet.states[QStringLiteral("a.example")].phase, LinkPhase::Live);
        QTRY_COMPARE(fleet.states[QStringLiteral("10.0.0.7")].phase, LinkPhase::Live);
    }

    void lateReportsAreDropped()
    {
        Fleet fleet;
        fleet.connection.setNodes(nodesNamed({QStringLiteral("a")}));
        QTRY_COMPARE(fleet.channels.size(), std::size_t{1});
        fleet.channels[0]->say(lineOf(sampleReport("a")));
        fleet.connection.reconnect(QStringLiteral("a"));
        QTest::qWait(100);
        QCOMPARE(fleet.reports, 0);
    }

    void lostConnectionsComeBack()
    {
        Fleet fleet;
        fleet.connection.setNodes(nodesNamed({QStringLiteral("a")}));
        QTRY_COMPARE(fleet.channels.size(), std::size_t{1});
        fleet.channels[0]->end(255, "ssh: connect to host a port 22: Connection refused\n");
        QCOMPARE(fleet.states[QStringLiteral("a")].problem, LinkProblem::Unreachable);
        QTRY_VERIFY_WITH_TIMEOUT(fleet.channels.size() == 1 && !fleet.channels[0]->command.program.isEmpty() &&
                                     fleet.states[QStringLiteral("a")].phase == LinkPhase::Connecting,
                                 4000);
        fleet.channels[0]->say(lineOf(sampleReport("a")));
        QTRY_COMPARE(fleet.states[QStringLiteral("a")], (LinkState{LinkPhase::Live, LinkProblem::None, {}, 0}));
    }

    void authenticationWaitsForThePerson()
    {
        Fleet fleet;
        fleet.connection.setNodes(nodesNamed({QStringLiteral("a"), QStringLiteral("b")}));
        QTRY_COMPARE(fleet.channels.size(), std::size_t{2});
        fleet.channelOf(QStringLiteral("a")).end(255, "Host key verification failed.\n");
        fleet.channelOf(QStringLiteral("b")).end(255, "Host key verification failed.\n");
        QCOMPARE(fleet.states[QStringLiteral("a")].phase, LinkPhase::NeedsPerson);
        QTRY_VERIFY(fleet.channels.empty());
        fleet.connection.connectInteractively(QStringLiteral("a"));
        fleet.connection.connectInteractively(QStringLiteral("b"));
        QTRY_COMPARE(fleet.channels.size(), std::size_t{1});
        QTest::qWait(50);
        QCOMPARE(fleet.channels.size(), std::size_t{1}); // questions come one at a time
        QVERIFY(fleet.channels[0]->command.arguments.contains(QStringLiteral("BatchMode=no")));
        fleet.channels[0]->say(lineOf(sampleReport("a")));
        QTRY_COMPARE(fleet.channels.size(), std::size_t{2});
    }

    void largeFleetsArePolledInTurn()
    {
        ConnectionSettings settings;
        settings.streamLimit = 2;
        settings.pollPool = 2;
        settings.interval = 1;
        Fleet fleet(settings);
        fleet.connection.setNodes(nodesNamed({QStringLiteral("a"), QStringLiteral("b"), QStringLiteral("c")}));
        QTRY_COMPARE(fleet.channels.size(), std::size_t{2});
        for (int poll = 0; poll < 6; ++poll) {
            QTRY_VERIFY(!fleet.channels.empty());
            const QPointer<MemoryChannel> channel = fleet.channels[0]; // the next one may lie where this one was
            const QString host = channel->command.arguments.at(channel->command.arguments.size() - 2);
            channel->say(lineOf(sampleReport(host.toStdString())));
            QTRY_VERIFY(channel.isNull());
        }
        QTRY_COMPARE(fleet.reports, 6);
        QCOMPARE(fleet.states[QStringLiteral("c")].phase, LinkPhase::Live);
    }

    void thePoolBoundsProcesses()
    {
        ConnectionSettings settings;
        settings.streamLimit = 1;
        settings.pollPool = 1;
        Fleet fleet(settings);
        fleet.connection.setNodes(nodesNamed({QStringLiteral("a"), QStringLiteral("b")}));
        QCOMPARE(fleet.connection.usualPause(), 5000 + 2 * 1000);
        QTRY_COMPARE(fleet.channels.size(), std::size_t{1});
        MemoryChannel* first = fleet.channels[0];
        first->lingers = true;
        first->say(lineOf(sampleReport("a")));
        QTRY_COMPARE(fleet.reports, 1);
        QVERIFY(first->retired);
        QTest::qWait(50);
        QCOMPARE(fleet.channels.size(), std::size_t{1}); // its process has not ended: nobody else's turn yet
        delete first;
        QTRY_COMPARE(fleet.channels.size(), std::size_t{1});
        QVERIFY(fleet.channels[0]->command.arguments.contains(QStringLiteral("b")));
    }

    void nodesAreMerged()
    {
        Fleet fleet;
        fleet.connection.setNodes(nodesNamed({QStringLiteral("a"), QStringLiteral("b")}));
        QTRY_COMPARE(fleet.channels.size(), std::size_t{2});
        const MemoryChannel* kept = &fleet.channelOf(QStringLiteral("b"));
        fleet.connection.setNodes(nodesNamed({QStringLiteral("b"), QStringLiteral("c")}));
        QTRY_COMPARE(fleet.channels.size(), std::size_t{2});
        QCOMPARE(&fleet.channelOf(QStringLiteral("b")), kept);
    }

    void processChannelReportsOutputAndEnd()
    {
        const auto starter = std::make_shared<ProcessStarter>();
        ProcessChannel channel(starter, nullptr);
        QSignalSpy output(&channel, &Channel::output);
        QSignalSpy finished(&channel, &Channel::finished);
        channel.start({QStringLiteral("sh"), {QStringLiteral("-c"), QStringLiteral("echo hello; exit 3")}, {}});
        QVERIFY(finished.wait());
        QCOMPARE(output.first().first().toByteArray(), QByteArray("hello\n"));
        QCOMPARE(finished.first().first().value<ChannelEnd>().exitCode, 3);
        ProcessChannel missing(starter, nullptr);
        QSignalSpy failed(&missing, &Channel::finished);
        missing.start({QStringLiteral("/nonexistent/ssh"), {}, {}});
        QVERIFY(failed.wait());
        QVERIFY(!failed.first().first().value<ChannelEnd>().failure.isEmpty());
    }

    void channelsMayEndWhileTheyStart()
    {
        const QTemporaryDir directory;
        const QString mark = directory.filePath(QStringLiteral("ended"));
        const ChannelFactory channels = processChannels();
        QPointer<Channel> retired = channels(nullptr);
        QSignalSpy finished(retired, &Channel::finished);
        // It ends by itself when its input is closed, and says so.
        retired->start({QStringLiteral("sh"), {QStringLiteral("-c"), QStringLiteral("cat; touch \"$0\""), mark}, {}});
        retired->retire();
        QTRY_VERIFY(retired.isNull());
        QVERIFY(QFile::exists(mark));
        QCOMPARE(finished.count(), 0);
        std::unique_ptr<Channel> deleted(channels(nullptr));
        deleted->start({QStringLiteral("cat"), {}, {}});
        deleted.reset();
    }

    void processesGiveWayToTheWindow()
    {
        const std::unique_ptr<Channel> channel(processChannels()(nullptr));
        QSignalSpy output(channel.get(), &Channel::output);
        channel->start({QStringLiteral("nice"), {}, {}});
        QVERIFY(output.wait());
        QCOMPARE(output.first().first().toByteArray().toInt(), std::min(19, getpriority(PRIO_PROCESS, 0) + 5));
    }

    void manyProcessesFindDescriptors()
    {
        rlimit before{};
        QCOMPARE(getrlimit(RLIMIT_NOFILE, &before), 0);
        rlimit few = before;
        few.rlim_cur = 64;
        QCOMPARE(setrlimit(RLIMIT_NOFILE, &few), 0);
        raiseDescriptorLimit();
        const auto starter = std::make_shared<ProcessStarter>();
        std::vector<std::unique_ptr<ProcessChannel>> channels;
        int failures = 0;
        for (int count = 0; count < 40; ++count) {
            channels.push_back(std::make_unique<ProcessChannel>(starter, nullptr));
            connect(channels.back().get(), &Channel::finished, this, [&failures] { ++failures; });
            channels.back()->start({QStringLiteral("cat"), {}, {}});
        }
        QTest::qWait(100);
        QCOMPARE(failures, 0);
        channels.clear();
        setrlimit(RLIMIT_NOFILE, &before);
    }

    void questionsComeOneAtATime()
    {
        AskpassServer server;
        QSignalSpy asked(&server, &AskpassServer::asked);
        QLocalSocket first;
        QLocalSocket second;
        first.connectToServer(server.socketPath());
        first.write("{\"prompt\":\"Enter passphrase\",\"node\":\"a\"}\n");
        QVERIFY(asked.wait());
        second.connectToServer(server.socketPath());
        second.write("{\"prompt\":\"The authenticity ... (yes/no/[fingerprint])? \",\"node\":\"b\"}\n");
        QTest::qWait(50);
        QCOMPARE(asked.count(), 1);
        QCOMPARE(asked.at(0).first().value<Question>().kind, QuestionKind::Secret);
        server.answer(QStringLiteral("secret"));
        QTRY_COMPARE(asked.count(), 2);
        QCOMPARE(asked.at(1).first().value<Question>().kind, QuestionKind::Confirm);
        QTRY_VERIFY(first.canReadLine());
        QCOMPARE(first.readLine(), QByteArray("{\"answer\":\"secret\"}\n"));
        QSignalSpy withdrawn(&server, &AskpassServer::withdrawn);
        second.abort();
        QVERIFY(withdrawn.count() == 1 || withdrawn.wait());
    }
};

QTEST_GUILESS_MAIN(ConnectionTest)
#include "connection_test.moc"
