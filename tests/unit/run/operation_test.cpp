#include "core/rules/trial_rules.h"
#include "tests/unit/run/canned_run.h"

#include <QTest>

using namespace notrack;

namespace
{

const QStringList looks{"snapshot ipv4", "snapshot ipv6"};

} // namespace

/// Whole runs by hand, against stores in memory.
class OperationTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_node = std::make_unique<CannedNode>(); }

    void applyTakesTheLockReadsWritesAndReadsBack()
    {
        const Report report = m_node->apply();
        QVERIFY(report.changed);
        QCOMPARE(toText(report.state), "in-sync");
        const QStringList written{"commit ipv4: 11 steps", "commit ipv6: 11 steps"};
        QCOMPARE(toList(m_node->store->log), looks + QStringList("lock") + looks + written + looks + QStringList("unlock") + looks);
        QCOMPARE(exitOf(report), 0);
        QCOMPARE(verifiedBy(report), "probe, 1 place");
    }

    void secondApplyOnlyReads()
    {
        m_node->apply();
        m_node->store->log.clear();
        m_node->inspector.asked = m_node->prober.asked = 0;
        const Report report = m_node->apply();
        QVERIFY(!report.changed);
        QCOMPARE(verifiedBy(report), "probe, 1 place");
        QCOMPARE(toList(m_node->store->log), looks);
        QCOMPARE(m_node->inspector.asked + m_node->prober.asked, 0);
    }

    void checkOnlyReads()
    {
        const auto texts = m_node->memory.texts;
        const Report report = m_node->apply(Mode::Check);
        QCOMPARE(toList(m_node->store->log), looks);
        QVERIFY(m_node->memory.texts == texts);
        QCOMPARE(exitOf(report, Intent::Apply, Mode::Check), 2);
    }

    void theFamilyThatIsThereGetsItsRules()
    {
        m_node->store->missing = {{Family::Ipv6, "this node has no IPv6"}};
        const Report report = m_node->apply();
        QCOMPARE(exitOf(report), 0);
        QCOMPARE(toText(report.state), "in-sync");
        QCOMPARE(report.families.size(), std::size_t{2});
        QCOMPARE(report.families[1].unavailable, "this node has no IPv6");
        QVERIFY(m_node->store->tables[Family::Ipv6] == MemoryTableStore().tables[Family::Ipv6]);
        QVERIFY(!m_node->apply().changed);
        QCOMPARE(outcomeOf(m_node->unattended()), "in-sync, exit 0");
    }

    void aNodeThatHasNoneOfTheFamiliesIsNoBackend()
    {
        m_node->store->missing = {{Family::Ipv4, "no module"}, {Family::Ipv6, "no IPv6"}};
        const Report report = m_node->apply();
        QCOMPARE(exitOf(report), 69);
        QCOMPARE(report.error->message, "ipv4: no module; ipv6: no IPv6");
        QCOMPARE(exitOf(m_node->execute(Intent::Remove), Intent::Remove), 0);
    }

    void aTrialUnderWayIsNoDriftAndOneThatWasLeftIs_data()
    {
        QTest::addColumn<bool>("running");
        QTest::addColumn<QString>("outcome");
        QTest::addColumn<QString>("note");
        QTest::newRow("running") << true << "in-sync, exit 0"
                                 << "a trial is running: what it brought in is not shown";
        QTest::newRow("left") << false << "drifted, exit 2"
                              << "rules of a trial were left by a run that was ended; the next apply takes them out";
    }

    void aTrialUnderWayIsNoDriftAndOneThatWasLeftIs()
    {
        QFETCH(bool, running);
        m_node->apply();
        bringInTrial();
        m_node->memory.busy = running;
        m_node->store->log.clear();
        const Report report = m_node->execute(Intent::Status);
        QTEST(outcomeOf(report, Intent::Status), "outcome");
        QTEST(toList(report.notes).join('|'), "note");
        QVERIFY(!toList(m_node->store->log).contains("lock"));
        QCOMPARE(QString::fromStdString(report.diff).contains("TRIAL"), !running);
    }

    void aTrialThatEndsUnderOurEyesIsNotTold()
    {
        m_node->apply();
        const auto before = m_node->store->tables;
        bringInTrial();
        m_node->memory.whileLooking = [&] { m_node->store->tables = before; };
        const Report report = m_node->execute(Intent::Status);
        QCOMPARE(outcomeOf(report, Intent::Status), "in-sync, exit 0");
        QVERIFY(report.notes.empty());
    }

    void whatTheKernelLacksIsForeseen()
    {
        m_node->inspector.facts.missingModules[Backend::Nftables] = {"nft_ct"}; // of the backend that is not in use
        QCOMPARE(exitOf(m_node->apply(Mode::Check), Intent::Apply, Mode::Check), 2);
        m_node->inspector.facts.missingModules[Backend::Iptables] = {"xt_CT"};
        const Report report = m_node->apply(Mode::Check);
        QCOMPARE(exitOf(report, Intent::Apply, Mode::Check), 3);
        QCOMPARE(report.findings.front().id, "missing-modules");
        QCOMPARE(report.findings.front().evidence.front(), "module xt_CT is neither loaded nor installed for the running kernel");
    }

    void editsOfOthersAmidACommitAreTold()
    {
        m_node->store->afterNextCommit = [&] {
            m_node->store->tables[Family::Ipv4].chains[0].entries.push_back({ForeignRule{"", "theirs", {}}, {}});
        };
        const Report report = m_node->apply();
        QCOMPARE(exitOf(report), 0);
        QVERIFY(report.notes.front().starts_with("rules of others in the raw table were changed while this run wrote"));
    }

    void unsafeNodeIsRefusedBeforeAnyLock()
    {
        m_node->inspector.facts = NodeFacts{};
        const Report report = m_node->apply();
        QCOMPARE(toText(report.state), "unsafe");
        QCOMPARE(exitOf(report), 3);
        QCOMPARE(toList(m_node->store->log), looks);
    }

    void whenTheSecondFamilyFailsTheFirstIsPutBack()
    {
        const auto before = m_node->store->tables;
        m_node->store->commitFailures[Family::Ipv6] = {{ErrorKind::Failed, "no room"}};
        const Report report = m_node->apply();
        QCOMPARE(QString::fromStdString(report.error->message), QString("no room"));
        QVERIFY(m_node->store->tables == before);
        QVERIFY(!m_node->memory.texts.contains(Remembered::Pending));
        QCOMPARE(exitOf(report), 1);
    }

    void aConcurrentEditIsPlannedAnew()
    {
        m_node->store->beforeNextCommit = [&] {
            m_node->store->tables[Family::Ipv4].chains[0].entries.push_back({ForeignRule{"", "theirs", {}}, {9, 9}});
        };
        QVERIFY(m_node->apply().changed);
        const std::vector<Entry>& entries = m_node->store->tables[Family::Ipv4].chains[0].entries;
        QCOMPARE(entries.size(), std::size_t{2});
        QVERIFY(entries[1] == (Entry{ForeignRule{"", "theirs", {}}, {9, 9}}));
    }

    /// The first family was written before the second one never came to rest.
    void aTableThatNeverRestsIsBusyAndNothingStays()
    {
        const auto before = m_node->store->tables;
        m_node->store->commitFailures[Family::Ipv6] = std::vector<Error>(5, {ErrorKind::Conflict, "changed"});
        QCOMPARE(exitOf(m_node->apply()), 75);
        QVERIFY(m_node->store->tables == before);
        m_node->store->commitFailures[Family::Ipv6] = std::vector<Error>(5, {ErrorKind::Conflict, "changed"});
        QCOMPARE(outcomeOf(m_node->unattended()), "error, waits, exit 0");
        QVERIFY(m_node->store->tables == before);
    }

    void aHeldLockIsBusy()
    {
        m_node->store->failLock = true;
        QCOMPARE(exitOf(m_node->apply()), 75);
        QCOMPARE(outcomeOf(m_node->unattended()), "error, waits, exit 0");
        m_node->store->failLock = false;
        QCOMPARE(outcomeOf(m_node->unattended()), "in-sync, exit 0");
    }

    void anotherRunIsWaitedFor()
    {
        m_node->memory.busy = true;
        QCOMPARE(exitOf(m_node->apply()), 75);
        QVERIFY(!toList(m_node->store->log).contains("lock"));
    }

    /// Both read "absent"; the other one has written and judged by the time that this one gets the run lock.
    void whatAnotherRunDidMeanwhileIsLookedAtAgain()
    {
        m_node->memory.whileWaiting = [&] { m_node->apply(); };
        const Report report = m_node->apply();
        QVERIFY(!report.changed);
        QCOMPARE(verifiedBy(report), "probe, 1 place");
    }

    void lostAnswersRollBackToTheLetter()
    {
        m_node->store->tables[Family::Ipv4].chains.push_back(
            {"NMANAGER_NOT_DNS_PREROUTING", false, {{ForeignRule{"", "by hand", {}}, {3, 300}}}});
        const auto before = m_node->store->tables;
        m_node->prober.answers = {12, 0};
        const Report report = m_node->apply();
        QVERIFY(report.rolledBack);
        QVERIFY(!report.changed);
        QVERIFY(!report.verified);
        QVERIFY(m_node->store->tables == before);
        QCOMPARE(exitOf(report), 4);
    }

    /// One of two servers behind the service: half of the pairs, however often one asks.
    void aLostServerRollsBack()
    {
        m_node->prober.answers = {12, 6, 6, 6, 6, 6, 6, 6, 6, 12, 12, 12, 12};
        QCOMPARE(exitOf(m_node->apply()), 4);
    }

    void lossesOfTheNetworkDoNot()
    {
        m_node->prober.answers = {12, 10, 12, 10, 12};
        const Report report = m_node->apply();
        QVERIFY(report.changed);
        QCOMPARE(verifiedBy(report), "probe, 1 place");
        QCOMPARE(m_node->prober.asked, 5);
    }

    /// So many silent pairs that a server might be lost; asked again it is not, and the rules are never taken out.
    void anUnluckyRoundDoesNot()
    {
        m_node->prober.answers = {12, 8, 8, 10, 12};
        const Report report = m_node->apply();
        QVERIFY(report.changed && !report.rolledBack);
        QCOMPARE(verifiedBy(report), "probe, 1 place");
        QCOMPARE(m_node->prober.asked, 9);
    }

    void dnsThatDiesByItselfIsNobodysFault()
    {
        m_node->prober.answers = {12, 0, 0};
        const Report report = m_node->apply();
        QVERIFY(report.changed && !report.rolledBack && !report.verified);
        QCOMPARE(toText(report.state), "in-sync");
        QCOMPARE(report.notes.back(), "not verified: DNS did not answer, and does not without the rules either");
        QCOMPARE(exitOf(report), 0);
    }

    void silenceBeforeEndsUnverified()
    {
        m_node->prober.answers = {0, 0};
        const Report report = m_node->apply();
        QVERIFY(report.changed && !report.verified);
        QCOMPARE(report.notes.back(), "not verified: DNS did not answer");
        QCOMPARE(outcomeOf(m_node->unattended()), "in-sync, exit 0"); // now it answers
        QCOMPARE(verifiedBy(m_node->unattended()), "probe, 1 place");
    }

    void nobodyWhoCouldAskEndsUnverified()
    {
        m_node->prober.from = "node";
        const Report report = m_node->apply();
        QVERIFY(report.changed && !report.verified);
        QCOMPARE(report.notes.back(), "not verified: no pod of this node could ask");
        m_node->profile.scope = Scope::Any;
        m_node->profile.safety.waive = {"host-queries"};
        QCOMPARE(verifiedBy(m_node->apply()), "probe, 1 place");
    }

    void withoutAProbeNobodyIsAsked()
    {
        m_node->profile.safety.probe.reset();
        const Report report = m_node->apply();
        QVERIFY(report.changed);
        QVERIFY(!report.probe);
        QCOMPARE(m_node->prober.asked, 0);
        QCOMPARE(verifiedBy(report), "none, 0 places");
    }

    void theOtherBackendIsClearedAfterwards()
    {
        m_node->apply();
        std::swap(m_node->store, m_node->other);
        m_node->store->log.clear();
        QVERIFY(m_node->apply().changed);
        QVERIFY(m_node->other->tables == MemoryTableStore().tables);
        QVERIFY(!m_node->apply().changed);
    }

    void removeLeavesNothing()
    {
        const auto before = m_node->store->tables;
        m_node->apply();
        const Report report = m_node->execute(Intent::Remove, Mode::Write);
        QVERIFY(report.changed);
        QVERIFY(m_node->store->tables == before);
        QCOMPARE(toText(report.state), "in-sync");
        QVERIFY(!m_node->memory.texts.contains(Remembered::Verdict));
    }

    /// The names that an earlier apply wrote down, and no others.
    void anEarlierPrefixGoes()
    {
        m_node->profile.chainPrefix = "OLD";
        m_node->apply();
        m_node->store->tables[Family::Ipv4].chains.push_back({"THEIRS_NOT_DNS_PREROUTING", false, {}});
        m_node->profile.chainPrefix = "NEW";
        m_node->apply();
        QVERIFY(findChain(m_node->store->tables[Family::Ipv4], "OLD_NOT_DNS_PREROUTING") == nullptr);
        QVERIFY(findChain(m_node->store->tables[Family::Ipv4], "THEIRS_NOT_DNS_PREROUTING") != nullptr);
        QCOMPARE(m_node->memory.texts[Remembered::Prefixes], "NEW\n");
    }

    void removeWithoutAProfileKnowsThePrefix()
    {
        const auto before = m_node->store->tables;
        m_node->profile.chainPrefix = "OLD";
        m_node->apply();
        Node node = m_node->doors();
        QVERIFY(run({.intent = Intent::Remove, .profile = std::nullopt}, node).changed);
        QVERIFY(m_node->store->tables == before);
    }

    void aChangedProfileIsJudgedEvenInSync()
    {
        m_node->inspector.facts.virtualServices.clear();
        m_node->profile.safety.waive = {"not-ipvs"};
        m_node->apply();
        m_node->profile.safety.waive.clear();
        QCOMPARE(exitOf(m_node->apply()), 3);
        QCOMPARE(outcomeOf(m_node->unattended()), "unsafe, waits, exit 0");
        QVERIFY(m_node->holdsNothing());
    }

    void aChangedProfileIsVerifiedEvenInSync()
    {
        m_node->apply();
        m_node->profile.safety.waive = {"host-port"};
        m_node->prober.answers = {0, 12};
        const Report report = m_node->apply();
        QCOMPARE(exitOf(report), 4);
        QVERIFY(m_node->holdsNothing());
    }

private:
    /// The untracked arm of a trial over the rules that stand.
    void bringInTrial()
    {
        for (auto& [family, table] : m_node->store->tables) {
            const Ruleset full = buildRuleset(m_node->profile, family);
            const OwnedPart present = presentPart(table, wantedPart(full));
            table = withStepsDone(table, makePlan(compare(table, withNarrowed(present, full, {Port{40000}, Port{40007}}))));
        }
    }

    std::unique_ptr<CannedNode> m_node;
};

QTEST_APPLESS_MAIN(OperationTest)
#include "operation_test.moc"
