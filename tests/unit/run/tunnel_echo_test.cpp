#include "core/run/tunnel_echo.h"
#include "tests/unit/run/canned_interrogator.h"
#include "tests/unit/run/canned_run.h"

#include <QTest>

#include <functional>
#include <utility>

using namespace notrack;

namespace
{

/// Answers for one asking of all ends, taken from the front: how many of them answer; when they are used up, all do.
class CannedEchoes : public TunnelEchoes
{
public:
    std::vector<FarEnd> farEnds(const std::vector<Tunnel>& tunnels) override
    {
        std::vector<FarEnd> ends;
        for (const char* inside : {"10.244.2.0", "10.244.3.0"})
            if (!tunnels.empty())
                ends.push_back({*readAddress(inside), tunnels.front().port, {}, {}});
        if (outerKnown) {
            ends.back().own = *readAddress("192.0.2.11");
            ends.back().peer = *readAddress("192.0.2.13");
        }
        return ends;
    }

    std::vector<Address> answering(const std::vector<Address>& asked) override
    {
        if (whileAsking)
            whileAsking();
        std::vector<Address> answered = asked;
        if (!answers.empty()) {
            answered.resize(std::min(answered.size(), answers.front()));
            answers.erase(answers.begin());
        }
        ++rounds;
        return answered;
    }

    bool outerKnown = false;
    std::function<void()> whileAsking;
    std::vector<std::size_t> answers;
    int rounds = 0;
};

} // namespace

/// What lies beyond tunnels is asked before and after a change.
class TunnelEchoTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void ends_data()
    {
        QTest::addColumn<QList<int>>("answers"); // before, after, without the rules again
        QTest::addColumn<QString>("outcome");
        QTest::addColumn<int>("rounds");
        QTest::newRow("all answer") << QList<int>{2, 2} << "in-sync, exit 0" << 2;
        QTest::newRow("nobody answers") << QList<int>{0} << "in-sync, exit 0" << 1;
        QTest::newRow("a node that is down") << QList<int>{1, 1} << "in-sync, exit 0" << 2;
        QTest::newRow("one is lost") << QList<int>{2, 1, 1} << "absent, exit 4" << 3;
        QTest::newRow("one goes down meanwhile") << QList<int>{2, 1, 0} << "in-sync, exit 0" << 3;
    }

    void ends()
    {
        QFETCH(QList<int>, answers);
        QFETCH(QString, outcome);
        QFETCH(int, rounds);
        CannedNode canned;
        CannedEchoes echoes;
        for (const int answer : answers)
            echoes.answers.push_back(static_cast<std::size_t>(answer));
        Node node = canned.doors();
        node.tunnels = &echoes;
        canned.profile.tunnels = {{Port{8472}, {*readPrefix("192.0.2.0/24")}}};
        const Report report = run({.intent = Intent::Apply, .profile = canned.profile, .wait = std::chrono::milliseconds(0)}, node);
        QCOMPARE(outcomeOf(report, Intent::Apply), outcome);
        QCOMPARE(echoes.rounds, rounds);
        QCOMPARE(canned.holdsNothing(), report.rolledBack);
        QCOMPARE(toList(report.notes).join("; ").contains("10.244.3.0 answers an ICMP echo only without the rules"), report.rolledBack);
    }

    /// The rules of one far end before those of all.
    void oneEndFirst_data()
    {
        QTest::addColumn<QList<int>>("answers"); // who is there, with the narrowed rules, without them again; then as above
        QTest::addColumn<QString>("outcome");
        QTest::addColumn<QString>("narrowed");
        const QString rule = "-s 192.0.2.11/32 -d 192.0.2.13/32 -p udp -m udp --dport 8472 -j CT --notrack";
        QTest::newRow("answers") << QList<int>{1, 1, 2, 2} << "in-sync, exit 0" << rule;
        QTest::newRow("is lost") << QList<int>{1, 0, 1} << "unsafe, exit 3" << rule;
        QTest::newRow("goes down meanwhile") << QList<int>{1, 0, 0, 1, 1} << "in-sync, exit 0" << rule;
        QTest::newRow("is down") << QList<int>{0, 1, 1} << "in-sync, exit 0"
                                 << "";
    }

    void oneEndFirst()
    {
        QFETCH(QList<int>, answers);
        QFETCH(QString, outcome);
        QFETCH(QString, narrowed);
        CannedNode canned;
        CannedEchoes echoes;
        echoes.outerKnown = true;
        for (const int answer : answers)
            echoes.answers.push_back(static_cast<std::size_t>(answer));
        QStringList tried;
        echoes.whileAsking = [&] {
            const Chain* chain = findChain(canned.store->tables[Family::Ipv4], "NMANAGER_TRIAL_OUTPUT");
            for (std::size_t i = 0; chain != nullptr && i < chain->entries.size(); ++i)
                tried << QString::fromStdString(toText(chain->entries[i].body));
        };
        Node node = canned.doors();
        node.tunnels = &echoes;
        canned.profile.tunnels = {{Port{8472}, {*readPrefix("192.0.2.0/24")}}};
        const Request request{.intent = Intent::Apply, .profile = canned.profile, .wait = std::chrono::milliseconds(0)};
        const Report report = run(request, node);
        QCOMPARE(outcomeOf(report, Intent::Apply), outcome);
        QCOMPARE(tried.value(0), narrowed);
        QVERIFY(findChain(canned.store->tables[Family::Ipv4], "NMANAGER_TRIAL_OUTPUT") == nullptr);
        QCOMPARE(canned.holdsNothing(), report.state == NodeState::Unsafe);
        if (report.state != NodeState::Unsafe)
            return;
        QCOMPARE(report.findings.front().id, std::string("trial"));
        canned.profile.safety.waive = {"trial"};
        echoes.answers = {1, 0, 1};
        const Request waiving{.intent = Intent::Apply, .profile = canned.profile, .wait = std::chrono::milliseconds(0)};
        QCOMPARE(outcomeOf(run(waiving, node), Intent::Apply), QString("in-sync, exit 0"));
    }

    /// A trial that nothing follows says what became of one end, or why none was tried; a loss is the trial's.
    void aTrialAlone_data()
    {
        QTest::addColumn<QList<int>>("answers");
        QTest::addColumn<QString>("outcome");
        QTest::addColumn<QString>("told");
        QTest::newRow("answers")
            << QList<int>{1, 1} << "passed 0"
            << "10.244.3.0, beyond the tunnel to 192.0.2.13, answers an ICMP echo with and without rules for that node alone";
        QTest::newRow("is lost")
            << QList<int>{1, 0, 1} << "lost 3"
            << "10.244.3.0, beyond the tunnel to 192.0.2.13, answers an ICMP echo, and none while rules for that node alone stand";
        QTest::newRow("goes down meanwhile")
            << QList<int>{1, 0, 0} << "passed 0"
            << "the tunnels were not tried: 10.244.3.0, which answered an ICMP echo before, answers none any more";
        QTest::newRow("is down") << QList<int>{0} << "passed 0"
                                 << "the tunnels were not tried: no far end of them is known that answers an ICMP echo";
    }

    void aTrialAlone()
    {
        QFETCH(QList<int>, answers);
        QFETCH(QString, outcome);
        QFETCH(QString, told);
        CannedNode canned;
        CannedEchoes echoes;
        CannedInterrogator interrogator(*canned.store);
        echoes.outerKnown = true;
        for (const int answer : answers)
            echoes.answers.push_back(static_cast<std::size_t>(answer));
        Node node = canned.doors();
        node.tunnels = &echoes;
        node.interrogator = &interrogator;
        canned.profile.tunnels = {{Port{8472}, {*readPrefix("192.0.2.0/24")}}};
        const Report report = run({.intent = Intent::Trial, .profile = canned.profile, .wait = std::chrono::milliseconds(0)}, node);
        QVERIFY(report.trial);
        QCOMPARE(QString::fromStdString(std::string(toText(report.trial->outcome))) + " " + QString::number(exitOf(report, Intent::Trial)),
                 outcome);
        QStringList texts = toList(report.notes);
        texts << QString::fromStdString(report.trial->why);
        QVERIFY2(texts.contains(told), qPrintable(texts.join("; ")));
        QVERIFY(canned.holdsNothing());
    }

    void profilesWithoutTunnelsAskNobody()
    {
        CannedNode canned;
        CannedEchoes echoes;
        Node node = canned.doors();
        node.tunnels = &echoes;
        run({.intent = Intent::Apply, .profile = canned.profile, .wait = std::chrono::milliseconds(0)}, node);
        QCOMPARE(echoes.rounds, 0);
    }
};

QTEST_APPLESS_MAIN(TunnelEchoTest)
#include "tunnel_echo_test.moc"
