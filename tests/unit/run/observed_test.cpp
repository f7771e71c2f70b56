#include "tests/unit/run/canned_run.h"

#include <QTest>

using namespace notrack;

namespace
{

const QStringList looks{"snapshot ipv4", "snapshot ipv6"};

} // namespace

/// Runs that ask nobody write from what they have observed.
class ObservedTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_node = std::make_unique<CannedNode>();
        m_node->profile.safety.probe.reset();
    }

    /// One look without the lock, and one after the commit: the commit itself tells whether the first one still holds.
    void withoutAProbeTheTablesAreReadTwice()
    {
        m_node->apply();
        const QStringList written{"commit ipv4: 11 steps", "commit ipv6: 11 steps"};
        QCOMPARE(toList(m_node->store->log), looks + QStringList("lock") + written + looks + QStringList("unlock"));
        QCOMPARE(toList(m_node->other->log), looks);
        m_node->store->log.clear();
        m_node->execute(Intent::Remove);
        QVERIFY(m_node->holdsNothing());
        QCOMPARE(toList(m_node->store->log).count("snapshot ipv4"), 4); // one for the decision, one for how it ended
    }

    /// Whoever writes between the look and the lock.
    void anEditSinceTheLookIsPlannedAnew()
    {
        const Entry theirs{ForeignRule{"", "theirs", {}}, {9, 9}};
        m_node->memory.whileWaiting = [&] { m_node->store->tables[Family::Ipv6].chains[0].entries.push_back(theirs); };
        const Report report = m_node->apply();
        QVERIFY(report.changed);
        QCOMPARE(toText(report.state), "in-sync");
        QVERIFY(m_node->store->tables[Family::Ipv6].chains[0].entries.back() == theirs);
        QVERIFY(report.notes.empty());
    }

    /// It takes along what it has counted, up to the lock.
    void anEntryThatMovesIsReadUnderTheLock()
    {
        m_node->apply();
        const auto entries = [&]() -> std::vector<Entry>& { // a commit makes the table anew
            std::vector<Chain>& chains = m_node->store->tables[Family::Ipv4].chains;
            return std::find_if(chains.begin(), chains.end(), [](const Chain& one) { return one.entries.size() > 2; })->entries;
        };
        std::swap(entries().front(), entries().back());
        m_node->memory.whileWaiting = [&] {
            for (Entry& entry : entries())
                entry.counters = {5, 50};
        };
        m_node->store->log.clear();
        QVERIFY(m_node->apply().changed);
        for (const Entry& entry : entries())
            QVERIFY((entry.counters == Counters{5, 50}));
    }

    void aDiffIsForThoseWhoShowIt()
    {
        Node node = m_node->doors();
        const auto diffWith = [&](DiffText diff) {
            return run({.intent = Intent::Apply, .mode = Mode::Check, .profile = m_node->profile, .diff = diff}, node).diff;
        };
        QVERIFY(diffWith(DiffText::Made).find("+-A PREROUTING") != std::string::npos);
        QCOMPARE(diffWith(DiffText::LeftOut), std::string());
    }

private:
    std::unique_ptr<CannedNode> m_node;
};

QTEST_APPLESS_MAIN(ObservedTest)
#include "observed_test.moc"
