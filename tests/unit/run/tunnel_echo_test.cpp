#include "core/run/tunnel_echo.h"
#include "tests/unit/run/canned_run.h"

#include <QTest>

#include <utility>

using namespace notrack;

namespace
{

/// Answers for one asking of all ends, taken from the front: how many of them answer; when they are used up, all do.
class CannedEchoes : public TunnelEchoes
{
public:
    std::vector<Address> farEnds(const std::vector<Tunnel>& tunnels) override
    {
        return tunnels.empty() ? std::vector<Address>() : std::vector{*readAddress("10.244.2.0"), *readAddress("10.244.3.0")};
    }

    std::vector<Address> answering(const std::vector<Address>& asked) override
    {
        std::vector<Address> answered = asked;
        if (!answers.empty()) {
            answered.resize(std::min(answered.size(), answers.front()));
            answers.erase(answers.begin());
        }
        ++rounds;
        return answered;
    }

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
