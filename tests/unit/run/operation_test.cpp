#include "core/run/operation.h"
#include "tests/unit/run/canned_node.h"

#include <QTest>

using namespace notrack;

namespace
{

QStringList toList(const std::vector<std::string>& lines)
{
    QStringList list;
    for (const std::string& line : lines)
        list << QString::fromStdString(line);
    return list;
}

} // namespace

class OperationTest : public QObject
{
    Q_OBJECT

private slots:
    void init()
    {
        m_store = std::make_unique<MemoryTableStore>();
        m_other = std::make_unique<MemoryTableStore>();
        m_inspector = std::make_unique<CannedInspector>();
        m_inspector->facts = soundNode();
        m_prober = std::make_unique<CannedProber>();
    }

    void applyTakesTheLockReadsWritesAndReadsBack()
    {
        const Report report = apply();
        QVERIFY(report.changed);
        QCOMPARE(toText(report.state), "in-sync");
        QCOMPARE(toList(m_store->log),
                 (QStringList{"snapshot ipv4", "snapshot ipv6", "lock", "snapshot ipv4", "snapshot ipv6", "commit ipv4: 11 steps",
                              "commit ipv6: 11 steps", "snapshot ipv4", "snapshot ipv6", "unlock", "snapshot ipv4", "snapshot ipv6"}));
        QCOMPARE(int(exitCodeOf(report, Mode::Write)), 0);
    }

    void secondApplyOnlyReads()
    {
        apply();
        m_store->log.clear();
        m_inspector->asked = 0;
        QVERIFY(!apply().changed);
        QCOMPARE(toList(m_store->log), (QStringList{"snapshot ipv4", "snapshot ipv6"}));
        QCOMPARE(m_inspector->asked, 0);
    }

    void checkOnlyReads()
    {
        const Report report = apply({.mode = Mode::Check});
        QCOMPARE(toList(m_store->log), (QStringList{"snapshot ipv4", "snapshot ipv6"}));
        QCOMPARE(int(exitCodeOf(report, Mode::Check)), 2);
    }

    void unsafeNodeIsRefusedBeforeAnyLock()
    {
        m_inspector->facts = NodeFacts{};
        const Report report = apply();
        QCOMPARE(toText(report.state), "unsafe");
        QCOMPARE(int(exitCodeOf(report, Mode::Write)), 3);
        QVERIFY(!m_store->log.empty());
        QVERIFY(!toList(m_store->log).contains("lock"));
    }

    void whenTheSecondFamilyFailsTheFirstIsPutBack()
    {
        const auto before = m_store->tables;
        m_store->commitFailures[Family::Ipv6] = {{ErrorKind::Failed, "no room"}};
        const Report report = apply();
        QCOMPARE(QString::fromStdString(report.error->message), QString("no room"));
        QVERIFY(m_store->tables == before);
        QCOMPARE(int(exitCodeOf(report, Mode::Write)), 1);
    }

    void aConcurrentEditIsPlannedAnew()
    {
        m_store->beforeNextCommit = [&] {
            m_store->tables[Family::Ipv4].chains[0].entries.push_back({ForeignRule{"", "theirs", {}}, {9, 9}});
        };
        QVERIFY(apply().changed);
        const std::vector<Entry>& entries = m_store->tables[Family::Ipv4].chains[0].entries;
        QCOMPARE(entries.size(), std::size_t{2});
        QVERIFY(entries[1] == (Entry{ForeignRule{"", "theirs", {}}, {9, 9}}));
    }

    void aTableThatNeverRestsIsBusy()
    {
        m_store->commitFailures[Family::Ipv4] = std::vector<Error>(20, {ErrorKind::Conflict, "changed"});
        QCOMPARE(int(exitCodeOf(apply(), Mode::Write)), 75);
    }

    void aHeldLockIsBusy()
    {
        m_store->failLock = true;
        QCOMPARE(int(exitCodeOf(apply(), Mode::Write)), 75);
    }

    void lostAnswersRollBackToTheLetter()
    {
        m_store->tables[Family::Ipv4].chains.push_back(
            {"NMANAGER_NOT_DNS_PREROUTING", false, {{ForeignRule{"", "by hand", {}}, {3, 300}}}});
        const auto before = m_store->tables;
        m_prober->answers = {2, 0};
        const Report report = apply();
        QVERIFY(report.rolledBack);
        QVERIFY(!report.changed);
        QVERIFY(m_store->tables == before);
        QCOMPARE(int(exitCodeOf(report, Mode::Write)), 4);
    }

    void noAnswersBeforeAreNoReasonToRollBack()
    {
        m_prober->answers = {0, 0};
        QVERIFY(apply().changed);
    }

    void withoutAProbeNobodyIsAsked()
    {
        m_prober->answers = {2, 0};
        m_profile.safety.probe.reset();
        const Report report = apply();
        QVERIFY(report.changed);
        QVERIFY(!report.probe);
    }

    void theOtherBackendIsClearedAfterwards()
    {
        apply();
        std::swap(m_store, m_other);
        m_store->log.clear();
        QVERIFY(apply().changed);
        QVERIFY(m_other->tables == MemoryTableStore().tables);
        QVERIFY(!apply().changed);
    }

    void removeLeavesNothing()
    {
        const auto before = m_store->tables;
        apply();
        Node node = makeNode();
        const Report report = removeRules("NMANAGER", node, {});
        QVERIFY(report.changed);
        QVERIFY(m_store->tables == before);
        QCOMPARE(toText(report.state), "in-sync");
    }

private:
    Node makeNode() { return {"test", *m_store, m_other.get(), *m_inspector, *m_prober}; }

    Report apply(const OperationOptions& options = {})
    {
        Node node = makeNode();
        return applyProfile(m_profile, node, options);
    }

    std::unique_ptr<MemoryTableStore> m_store;
    std::unique_ptr<MemoryTableStore> m_other;
    std::unique_ptr<CannedInspector> m_inspector;
    std::unique_ptr<CannedProber> m_prober;
    Profile m_profile = dualStack();
};

QTEST_APPLESS_MAIN(OperationTest)
#include "operation_test.moc"
