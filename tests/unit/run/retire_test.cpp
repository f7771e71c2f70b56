#include "tests/unit/run/canned_run.h"

#include <QTest>

using namespace notrack;

/// A node that leaves IPVS: our rules go out and stay out.
class RetireTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_node = std::make_unique<CannedNode>();
        m_node->unattended();
        m_node->prober.asked = 0;
    }

    void takesTheRulesOutAndKeepsThemOut()
    {
        const Report retired = retire();
        QVERIFY(retired.changed);
        QVERIFY(m_node->holdsNothing());
        QCOMPARE(outcome(retired), "in-sync, exit 0, retired, notes: DNS answers tracked: asked from 1 place");
        QVERIFY(!m_node->memory.texts.contains(Remembered::Verdict));
        for (int i = 0; i < 3; ++i)
            QCOMPARE(outcome(m_node->unattended()), "absent, exit 0, retired");
        QVERIFY(m_node->holdsNothing());
        QCOMPARE(m_node->prober.asked, 2); // before and after
        QCOMPARE(outcome(m_node->execute(Intent::Status)), "absent, exit 0, retired");
    }

    void againKeepsTheTime()
    {
        retire();
        m_node->memory.texts[Remembered::Retired] = "2026-01-01T00:00:00Z\n";
        const Report again = retire();
        QVERIFY(!again.changed);
        QCOMPARE(again.retired, std::string("2026-01-01T00:00:00Z"));
    }

    void endsByHand()
    {
        retire();
        QCOMPARE(outcome(m_node->apply(Mode::Check)), "absent, exit 0, retired");
        QCOMPARE(outcome(m_node->apply()), "in-sync, exit 0");
        retire();
        QCOMPARE(outcome(m_node->execute(Intent::EndRetirement), Intent::EndRetirement), "absent, exit 0");
        QCOMPARE(outcome(m_node->unattended()), "in-sync, exit 0");
    }

    /// Tracked DNS does not work here: a full table, or a filter.
    void lostAnswersBringTheRulesBack()
    {
        m_node->prober.answers = {12, 0, 12};
        const Report report = retire();
        QCOMPARE(outcome(report, Intent::Retire), "drifted, exit 4");
        QVERIFY(!m_node->holdsNothing());
        QVERIFY(!report.changed);
        QCOMPARE(outcome(m_node->unattended()), "in-sync, exit 0");
    }

    /// DNS was silent before: no fault of ours, and a reason to leave.
    void silenceOfBeforeIsTold()
    {
        m_node->prober.answers = {0, 0};
        QCOMPARE(outcome(retire()), "in-sync, exit 0, retired, notes: not shown that DNS answers tracked: DNS did not answer");
        QVERIFY(m_node->holdsNothing());
    }

    void whatFailsRetiresNothing()
    {
        m_node->store->failLock = true;
        QCOMPARE(outcome(retire(), Intent::Retire), "error, exit 75");
        m_node->store->failLock = false;
        m_node->memory.readOnly = true;
        QCOMPARE(outcome(retire(), Intent::Retire), "error, exit 1");
        m_node->memory.readOnly = false;
        m_node->memory.busy = true;
        QCOMPARE(outcome(retire(), Intent::Retire), "error, exit 75");
        m_node->memory.busy = false;
        QVERIFY(!m_node->holdsNothing());
        QCOMPARE(outcome(m_node->unattended()), "in-sync, exit 0");
    }

    /// The timer's run decided to mend the rules, and waited for the lock that retiring held.
    void aRunThatWaitedLooksAgain()
    {
        for (const bool verified : {true, false}) {
            init();
            m_node->store->tables = MemoryTableStore().tables;
            if (!verified)
                m_node->memory.texts.erase(Remembered::Verdict);
            m_node->memory.whileWaiting = [&] { retire(); };
            QCOMPARE(outcome(m_node->unattended()), "absent, exit 0, retired");
            QVERIFY(m_node->holdsNothing());
        }
    }

    /// A run of retire that was killed between its two steps.
    void rulesThatStandAllTheSameAreTold()
    {
        m_node->memory.texts[Remembered::Retired] = "2026-01-01T00:00:00Z\n";
        QCOMPARE(outcome(m_node->unattended()),
                 "drifted, exit 0, retired, notes: rules of ours stand all the same: `dns-notrack retire` takes them out");
        QVERIFY(!m_node->holdsNothing());
    }

private:
    Report retire() { return m_node->execute(Intent::Retire); }

    static QString outcome(const Report& report, Intent intent = Intent::Reconcile)
    {
        const QString notes = toList(report.notes).join("; ");
        return outcomeOf(report, intent) + (report.retired.empty() ? "" : ", retired") + (notes.isEmpty() ? "" : ", notes: " + notes);
    }

    std::unique_ptr<CannedNode> m_node;
};

QTEST_APPLESS_MAIN(RetireTest)
#include "retire_test.moc"
