#include "core/run/reconcile.h"
#include "tests/unit/run/canned_node.h"

#include <QTest>

using namespace notrack;

class ReconcileTest : public QObject
{
    Q_OBJECT

private slots:
    void init()
    {
        m_store = std::make_unique<MemoryTableStore>();
        m_inspector = std::make_unique<CannedInspector>();
        m_inspector->facts = soundNode();
        m_prober = std::make_unique<CannedProber>();
        m_profile = dualStack();
    }

    void appliesWhereItIsSafe()
    {
        const Reconciliation done = run();
        QVERIFY(done.report.changed);
        QCOMPARE(outcome(done), "in-sync, exit 0");
        m_store->log.clear();
        QVERIFY(!run().report.changed);
        QCOMPARE(m_store->log, (std::vector<std::string>{"snapshot ipv4", "snapshot ipv6"}));
    }

    /// Right after boot, before kube-proxy has filled the table.
    void waitsForIpvs()
    {
        m_inspector->facts.virtualServices.clear();
        const Reconciliation done = run();
        QVERIFY(!done.report.changed);
        QVERIFY(QString::fromStdString(done.waitsFor).startsWith("not-ipvs: "));
        QCOMPARE(outcome(done), "unsafe, waits, exit 0");
        QVERIFY(m_store->tables == MemoryTableStore().tables);
        m_inspector->facts = soundNode();
        QCOMPARE(outcome(run()), "in-sync, exit 0");
    }

    /// The proxy mode changed under our rules.
    void withdrawsWhatBecameUnsafe()
    {
        run();
        m_inspector->facts.virtualServices.clear();
        const Reconciliation done = run();
        QVERIFY(done.report.changed);
        QCOMPARE(outcome(done), "unsafe, waits, exit 0");
        QVERIFY(m_store->tables == MemoryTableStore().tables);
        QVERIFY(done.report.diff.find("\n--A PREROUTING") != std::string::npos);
        QVERIFY(!run().report.changed);
    }

    void aWaivedFindingIsNoReasonToWithdraw()
    {
        run();
        m_inspector->facts.virtualServices.clear();
        m_profile.safety.waive = {"not-ipvs"};
        QVERIFY(!run().report.changed);
        QVERIFY(m_store->tables != MemoryTableStore().tables);
    }

    void aBusyTableIsNoFailure()
    {
        m_store->failLock = true;
        QCOMPARE(outcome(run()), "error, waits, exit 0");
        m_store->failLock = false;
        QCOMPARE(outcome(run()), "in-sync, exit 0");
    }

    void rulesThatCannotBeWithdrawnYetAreWithdrawnLater()
    {
        run();
        m_inspector->facts.virtualServices.clear();
        m_store->failLock = true;
        QCOMPARE(outcome(run()), "unsafe, waits, exit 0");
        m_store->failLock = false;
        QVERIFY(run().report.changed);
        QVERIFY(m_store->tables == MemoryTableStore().tables);
    }

    /// Trying again twice a minute would cut off DNS twice a minute.
    void whatWasRolledBackIsLeftAlone()
    {
        m_prober->answers = {2, 0};
        const Reconciliation first = run();
        QCOMPARE(outcome(first), "absent, exit 4");
        QVERIFY(first.report.rolledBack);
        const Reconciliation second = run(first.report.profileDigest);
        QVERIFY(!second.report.changed);
        QCOMPARE(outcome(second), "absent, waits, exit 0");
        m_profile.ports = {Port{53}, Port{5353}};
        QVERIFY(run(first.report.profileDigest).report.changed);
    }

private:
    Reconciliation run(const std::string& rolledBackDigest = {})
    {
        Node node{"test", *m_store, nullptr, *m_inspector, *m_prober};
        return reconcile(m_profile, node, {.wait = std::chrono::milliseconds(0), .rolledBackDigest = rolledBackDigest});
    }

    static QString outcome(const Reconciliation& done)
    {
        return QString::fromStdString(std::string(toText(done.report.state)) + (done.waitsFor.empty() ? "" : ", waits") + ", exit " +
                                      std::to_string(int(exitCodeOf(done))));
    }

    std::unique_ptr<MemoryTableStore> m_store;
    std::unique_ptr<CannedInspector> m_inspector;
    std::unique_ptr<CannedProber> m_prober;
    Profile m_profile = dualStack();
};

QTEST_APPLESS_MAIN(ReconcileTest)
#include "reconcile_test.moc"
