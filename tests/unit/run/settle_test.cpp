#include "tests/unit/run/canned_run.h"

#include <QTest>

#include <new>

using namespace notrack;

namespace
{

/// Ends a run as a kill does: nothing of the program runs any more.
struct Killed
{
};

} // namespace

/// What happens to a change when the run that made it ends before its verdict.
class SettleTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_node = std::make_unique<CannedNode>(); }

    void theNextRunJudgesFirst_data()
    {
        QTest::addColumn<int>("intent");
        QTest::addColumn<int>("killedAtAsking"); // 1 is the baseline, which comes before the commit
        QTest::addColumn<QString>("answers");
        QTest::addColumn<QString>("outcome");
        QTest::newRow("before the commit") << int(Intent::Apply) << 1 << "12"
                                           << "in-sync, exit 0";
        QTest::newRow("by hand, DNS works") << int(Intent::Apply) << 2 << "12"
                                            << "in-sync, exit 0";
        QTest::newRow("by hand, DNS is dead") << int(Intent::Apply) << 2 << "0 12"
                                              << "absent, exit 4";
        QTest::newRow("by the timer, DNS works") << int(Intent::Reconcile) << 2 << "12"
                                                 << "in-sync, exit 0";
        QTest::newRow("by the timer, DNS is dead") << int(Intent::Reconcile) << 2 << "0 12"
                                                   << "absent, exit 4";
        QTest::newRow("while the rules were out to see whose fault it is") << int(Intent::Reconcile) << 3 << "12"
                                                                           << "in-sync, exit 0";
    }

    void theNextRunJudgesFirst()
    {
        QFETCH(int, intent);
        QFETCH(int, killedAtAsking);
        QFETCH(QString, answers);
        QFETCH(QString, outcome);
        m_node->prober.answers = {12, 0};
        m_node->prober.beforeAnswer = [&] {
            if (m_node->prober.asked == killedAtAsking)
                throw Killed(); // no std::exception: nothing of the run catches it
        };
        QVERIFY_THROWS_EXCEPTION(Killed, m_node->apply());
        QCOMPARE(m_node->memory.texts.contains(Remembered::Pending), killedAtAsking > 1);
        m_node->prober.beforeAnswer = nullptr;
        m_node->prober.answers.clear();
        for (const QString& word : answers.split(' '))
            m_node->prober.answers.push_back(word.toUInt());
        const Report report = m_node->execute(Intent(intent), Mode::Write);
        QCOMPARE(outcomeOf(report, Intent(intent)), outcome);
        QVERIFY(!m_node->memory.texts.contains(Remembered::Pending));
        QCOMPARE(bool(report.verified), outcome.startsWith("in-sync"));
    }

    void whatIsThrownBeforeTheVerdictTakesTheChangeBack()
    {
        const auto before = m_node->store->tables;
        m_node->prober.beforeAnswer = [&] {
            if (m_node->prober.asked == 2)
                throw std::bad_alloc();
        };
        const Report report = m_node->apply();
        QCOMPARE(exitOf(report), 1);
        QVERIFY(!report.changed);
        QVERIFY(m_node->store->tables == before);
        QVERIFY(!m_node->memory.texts.contains(Remembered::Pending));
    }

    /// Whoever takes the lock when DNS dies: the roll-back waits as long as it takes.
    void aRollBackWaitsForTheLock()
    {
        const auto before = m_node->store->tables;
        m_node->prober.answers = {12, 0, 12};
        m_node->prober.beforeAnswer = [&] { m_node->store->failLocks = m_node->prober.asked == 2 ? 3 : m_node->store->failLocks; };
        const Report report = m_node->unattended();
        QCOMPARE(outcomeOf(report), "absent, exit 4");
        QCOMPARE(m_node->store->failLocks, 0);
        QVERIFY(m_node->store->tables == before);
    }

    void aRollBackThatCannotBeDoneIsNeverHarmless()
    {
        m_node->prober.answers = {12, 0, 12};
        m_node->prober.beforeAnswer = [&] {
            if (m_node->prober.asked == 2)
                m_node->store->commitFailures[Family::Ipv4] = std::vector<Error>(1000, {ErrorKind::Failed, "no memory"});
        };
        const Report report = m_node->unattended();
        QCOMPARE(exitOf(report, Intent::Reconcile), 5);
        QCOMPARE(report.error->code, std::string(rollbackFailed));
        QVERIFY(m_node->memory.texts.contains(Remembered::Pending));
        m_node->store->commitFailures.clear();
        m_node->prober.beforeAnswer = nullptr;
        m_node->prober.answers = {0, 12};
        QCOMPARE(outcomeOf(m_node->unattended()), "absent, exit 4");
    }

    void aMemoryThatCannotBeWrittenIsToldByHandAndAFailureOfTheTimer()
    {
        m_node->memory.readOnly = true;
        const Report report = m_node->apply();
        QVERIFY(report.changed);
        QVERIFY(!report.notes.empty());
        QCOMPARE(exitOf(m_node->execute(Intent::Remove, Mode::Write), Intent::Remove), 0);
        QCOMPARE(exitOf(m_node->unattended(), Intent::Reconcile), 1);
        QVERIFY(m_node->holdsNothing());
    }

private:
    std::unique_ptr<CannedNode> m_node;
};

QTEST_APPLESS_MAIN(SettleTest)
#include "settle_test.moc"
