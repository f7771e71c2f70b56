#include "tests/unit/run/canned_run.h"

#include <QTest>

using namespace notrack;

/// Unattended runs, against stores in memory.
class ReconcileTest : public QObject
{
    Q_OBJECT

private slots:
    void init() { m_node = std::make_unique<CannedNode>(); }

    /// Right after boot, before kube-proxy has filled the table.
    void waitsForIpvs()
    {
        m_node->inspector.facts.virtualServices.clear();
        const Report report = m_node->unattended();
        QVERIFY(!report.changed);
        QVERIFY(QString::fromStdString(report.waitsFor).startsWith("not-ipvs: "));
        QCOMPARE(outcomeOf(report), "unsafe, waits, exit 0");
        QVERIFY(m_node->holdsNothing());
        m_node->inspector.facts = soundNode();
        QCOMPARE(outcomeOf(m_node->unattended()), "in-sync, exit 0");
    }

    /// The proxy mode changed under our rules.
    void withdrawsWhatBecameUnsafe()
    {
        m_node->unattended();
        m_node->inspector.facts.virtualServices.clear();
        const Report report = m_node->unattended();
        QVERIFY(report.changed);
        QCOMPARE(outcomeOf(report), "unsafe, waits, exit 0");
        QVERIFY(m_node->holdsNothing());
        QVERIFY(report.diff.find("\n--A PREROUTING") != std::string::npos);
        QVERIFY(!m_node->unattended().changed);
    }

    void aWaivedFindingIsNoReasonToWithdraw()
    {
        m_node->profile.safety.waive = {"not-ipvs"};
        m_node->unattended();
        m_node->inspector.facts.virtualServices.clear();
        QVERIFY(!m_node->unattended().changed);
        QVERIFY(!m_node->holdsNothing());
    }

    void rulesThatCannotBeWithdrawnYetAreWithdrawnLater()
    {
        m_node->unattended();
        m_node->inspector.facts.virtualServices.clear();
        m_node->store->failLock = true;
        QCOMPARE(outcomeOf(m_node->unattended()), "unsafe, waits, exit 0");
        m_node->store->failLock = false;
        QVERIFY(m_node->unattended().changed);
        QVERIFY(m_node->holdsNothing());
    }

    /// Trying again twice a minute would cut off DNS twice a minute; a person's roll-back counts as well.
    void whatWasRolledBackIsLeftAlone()
    {
        m_node->prober.answers = {12, 0, 12};
        QCOMPARE(exitOf(m_node->apply()), 4);
        const Report waiting = m_node->unattended();
        QVERIFY(!waiting.changed);
        QCOMPARE(outcomeOf(waiting), "absent, waits, exit 0");
        m_node->memory.now += std::chrono::minutes(11);
        m_node->prober.answers = {12, 0, 12};
        QCOMPARE(outcomeOf(m_node->unattended()), "absent, exit 4");
        m_node->memory.now += std::chrono::minutes(11); // twice as long this time
        QCOMPARE(outcomeOf(m_node->unattended()), "absent, waits, exit 0");
        m_node->profile.ports = {Port{53}, Port{5353}};
        QVERIFY(m_node->unattended().changed);
    }

    void aNodeThatFlapsIsLeftAlone()
    {
        int changes = 0;
        for (int i = 0; i < 20; ++i) {
            m_node->inspector.facts = i % 2 == 0 ? soundNode() : NodeFacts{};
            changes += m_node->unattended().changed ? 1 : 0;
            m_node->memory.now += std::chrono::seconds(30);
        }
        QVERIFY2(changes < 12, qPrintable(QString::number(changes)));
    }

    void rulesThatSomebodyElseChangesEveryTimeAreContended()
    {
        m_node->unattended();
        int repairs = 0;
        Report last;
        for (int i = 0; i < 20; ++i) {
            m_node->store->tables[Family::Ipv4].chains[0].entries.insert(m_node->store->tables[Family::Ipv4].chains[0].entries.begin(),
                                                                         {ForeignRule{"", "-p udp -j ACCEPT", {}}, {}});
            last = m_node->unattended();
            repairs += last.changed ? 1 : 0;
            m_node->memory.now += std::chrono::seconds(30);
        }
        QVERIFY2(repairs >= 3 && repairs < 9, qPrintable(QString::number(repairs)));
        QCOMPARE(last.findings.back().id, "contended");
    }

    /// Programs that fail for a moment neither open nor close anything.
    void whatCannotBeReadIsNeitherOpenNorClosed()
    {
        m_node->inspector.facts.unreadRules = {"filter: no memory"};
        QCOMPARE(outcomeOf(m_node->unattended()), "absent, waits, exit 0");
        m_node->inspector.facts.unreadRules.clear();
        m_node->unattended();
        m_node->inspector.facts.unreadRules = {"filter: no memory"};
        for (int i = 0; i < 10; ++i)
            QCOMPARE(outcomeOf(m_node->unattended()), "in-sync, exit 0");
        QCOMPARE(outcomeOf(m_node->unattended()), "in-sync, waits, exit 0");
        QVERIFY(!m_node->holdsNothing());
    }

private:
    std::unique_ptr<CannedNode> m_node;
};

QTEST_APPLESS_MAIN(ReconcileTest)
#include "reconcile_test.moc"
