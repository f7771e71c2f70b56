#include "core/run/trial.h"
#include "core/run/trial_memory.h"
#include "tests/unit/run/canned_trial.h"

#include <QTest>

#include <new>
#include <string>

using namespace notrack;

/// Whole runs with a trial, on a node in memory.
class TrialTest : public QObject, private CannedTrial
{
    Q_OBJECT

private Q_SLOTS:
    void init() { renew(); }

    void aSoundNodeIsAppliedAndVerifiedByTheTrial()
    {
        const Report report = execute(Intent::Apply);
        QCOMPARE(outcomeOf(report, Intent::Apply), "in-sync, exit 0");
        QCOMPARE(verifiedBy(report), "trial, 1 place");
        QCOMPARE(m_interrogator->rounds, 3); // tracked, untracked, and untracked under the full rules: nothing was left to ask
        QCOMPARE(m_node->prober.asked, 0);
        QVERIFY(!holdsTrial());
    }

    void aLossRefusesAndLeavesNothing_data()
    {
        QTest::addColumn<int>("scope");
        QTest::addColumn<bool>("standing"); // rules of an older profile stand
        for (const Scope scope : {Scope::Pods, Scope::Any}) {
            for (const bool standing : {false, true})
                QTest::addRow("scope %d%s", int(scope), standing ? ", beside older rules" : "") << int(scope) << standing;
        }
    }

    void aLossRefusesAndLeavesNothing()
    {
        QFETCH(int, scope);
        QFETCH(bool, standing);
        m_node->profile.scope = Scope(scope);
        if (standing) {
            execute(Intent::Apply);
            m_node->profile.podCidrs.push_back(*readPrefix("10.245.0.0/16"));
        }
        const auto before = m_node->store->tables;
        m_interrogator->answers = [](const Question&, bool untracked) { return !untracked; };
        const Report report = execute(Intent::Apply);
        QCOMPARE(outcomeOf(report, Intent::Apply), "unsafe, exit 3");
        QCOMPARE(report.findings.front().id, std::string("trial"));
        QVERIFY(!report.changed);
        QVERIFY(m_node->store->tables == before);
    }

    void aSoundTrialBesideOlderRules_data()
    {
        QTest::addColumn<int>("scope");
        QTest::newRow("pods") << int(Scope::Pods);
        QTest::newRow("any") << int(Scope::Any);
    }

    void aSoundTrialBesideOlderRules()
    {
        QFETCH(int, scope);
        m_node->profile.scope = Scope(scope);
        execute(Intent::Apply);
        m_node->profile.podCidrs.push_back(*readPrefix("10.245.0.0/16"));
        const Report report = execute(Intent::Apply);
        QCOMPARE(outcomeOf(report, Intent::Apply), "in-sync, exit 0");
        QCOMPARE(report.trial->rows.front().tracked.answered, 8U);
        QVERIFY(!holdsTrial());
    }

    void dnsThatDiesMeanwhileIsNoLoss()
    {
        int round = 0;
        m_interrogator->answers = [&](const Question&, bool) { return m_interrogator->rounds == 1 && ++round > 0; };
        const Report report = execute(Intent::Apply);
        QCOMPARE(report.findings.front().id, std::string("dns-silent"));
        QVERIFY(m_node->holdsNothing());
    }

    void aServerThatIsAwayForARoundIsNoLoss_data()
    {
        QTest::addColumn<int>("away");  // the round
        QTest::addColumn<int>("every"); // which ports have that server
        for (const int away : {2, 3}) {
            for (const int every : {1, 2})
                QTest::addRow("%s, %s", away == 2 ? "narrowed rules" : "full rules", every == 1 ? "the only one" : "one of two")
                    << away << every;
        }
    }

    /// It dies when its ports are asked untracked, and is back when they are asked tracked: at both families, all ports of a place.
    void aServerThatIsAwayForARoundIsNoLoss()
    {
        QFETCH(int, away);
        QFETCH(int, every);
        m_interrogator->answers = [&](const Question& question, bool) {
            return m_interrogator->rounds != away || question.clientPort.value % every != 0;
        };
        const Report report = execute(Intent::Apply);
        QCOMPARE(outcomeOf(report, Intent::Apply), "in-sync, exit 0");
        QCOMPARE(verifiedBy(report), "trial, 1 place");
        QVERIFY(!holdsTrial());
    }

    void theTimerWaitsAndTriesAgain()
    {
        m_interrogator->answers = [](const Question&, bool) { return false; };
        QCOMPARE(outcomeOf(execute(Intent::Reconcile)), "unsafe, waits, exit 0");
        const int rounds = m_interrogator->rounds;
        QCOMPARE(outcomeOf(execute(Intent::Reconcile)), "absent, waits, exit 0");
        QCOMPARE(m_interrogator->rounds, rounds);
        m_node->memory.now += pauseBetweenTrials;
        m_interrogator->answers = [](const Question&, bool) { return true; };
        QCOMPARE(outcomeOf(execute(Intent::Reconcile)), "in-sync, exit 0");
    }

    void aDriftOfRulesThatWereTriedIsMendedAtOnce()
    {
        execute(Intent::Apply);
        m_node->store->tables[Family::Ipv4].chains.front().entries.clear();
        const int rounds = m_interrogator->rounds;
        const Report report = execute(Intent::Reconcile);
        QCOMPARE(outcomeOf(report), "in-sync, exit 0");
        QVERIFY(report.changed);
        QCOMPARE(m_interrogator->rounds, rounds + 1);
    }

    void whatOnlyTheFullRulesLoseIsTakenBack_data()
    {
        QTest::addColumn<int>("scope");
        QTest::addColumn<bool>("standing"); // rules of an older profile stand
        QTest::addColumn<bool>("waived");
        for (const Scope scope : {Scope::Pods, Scope::Any}) {
            for (const bool standing : {false, true}) {
                for (const bool waived : {false, true})
                    QTest::addRow("scope %d%s%s", int(scope), standing ? ", older rules" : "", waived ? ", waived" : "")
                        << int(scope) << standing << waived;
            }
        }
    }

    void whatOnlyTheFullRulesLoseIsTakenBack()
    {
        QFETCH(int, scope);
        QFETCH(bool, standing);
        QFETCH(bool, waived);
        m_node->profile.scope = Scope(scope);
        if (standing) {
            execute(Intent::Apply);
            m_node->profile.podCidrs.push_back(*readPrefix("10.245.0.0/16"));
        }
        if (waived)
            m_node->profile.safety.waive = {"trial"};
        const auto before = rulesOf(*m_node->store);
        const int rounds = m_interrogator->rounds;
        m_interrogator->answers = [&](const Question&, bool untracked) { return !untracked || m_interrogator->rounds < rounds + 3; };
        const Report report = execute(Intent::Apply);
        QCOMPARE(outcomeOf(report, Intent::Apply), waived ? "in-sync, exit 0" : standing ? "drifted, exit 4" : "absent, exit 4");
        QCOMPARE(report.findings.front().id, std::string("trial"));
        QCOMPARE(verifiedBy(report), waived ? "waived, 0 places" : "null");
        QCOMPARE(rulesOf(*m_node->store) == before, !waived);
        QVERIFY(!holdsTrial());
    }

    void dnsThatDiesUnderTheFullRulesIsNoLoss_data() { aSoundTrialBesideOlderRules_data(); }

    void dnsThatDiesUnderTheFullRulesIsNoLoss()
    {
        QFETCH(int, scope);
        m_node->profile.scope = Scope(scope);
        m_interrogator->answers = [&](const Question&, bool) { return m_interrogator->rounds < 3; };
        const Report report = execute(Intent::Apply);
        QCOMPARE(outcomeOf(report, Intent::Apply), "in-sync, exit 0");
        QCOMPARE(verifiedBy(report), "null");
        QCOMPARE(QString::fromStdString(report.notes.front()), "not verified: DNS answers neither tracked nor untracked queries");
        QCOMPARE(outcomeOf(execute(Intent::Reconcile)), "in-sync, waits, exit 0");
        m_node->memory.now += std::chrono::minutes(1);
        m_interrogator->answers = [](const Question&, bool) { return true; };
        QCOMPARE(verifiedBy(execute(Intent::Reconcile)).left(5), "trial");
    }

    /// Rules that stand without a verdict are asked about in both arms: places that do not pass through the tables prove nothing.
    void whoPassesByProvesNothingForRulesThatStand()
    {
        execute(Intent::Apply);
        m_node->memory.texts.erase(Remembered::Verdict);
        m_interrogator->witnesses.all.back().name = "elsewhere";
        const Report report = execute(Intent::Apply);
        QCOMPARE(report.findings.front().id, std::string("no-effect"));
        QCOMPARE(verifiedBy(report), "probe, 1 place");
    }

    void rulesInTheOtherBackendMakeRoom_data() { aSoundTrialBesideOlderRules_data(); }

    /// A switch of the backend: what stands there would leave nothing tracked.
    void rulesInTheOtherBackendMakeRoom()
    {
        QFETCH(int, scope);
        m_node->profile.scope = Scope(scope);
        execute(Intent::Apply);
        std::swap(m_node->store, m_node->other);
        m_interrogator = std::make_unique<CannedInterrogator>(*m_node->store);
        m_interrogator->beside = m_node->other.get();
        const auto before = m_node->other->tables;
        m_interrogator->answers = [](const Question&, bool untracked) { return !untracked; };
        const Report refused = execute(Intent::Apply);
        QCOMPARE(refused.findings.front().id, std::string("trial"));
        QCOMPARE(refused.trial->rows.front().tracked.answered, 8U);
        QVERIFY(m_node->other->tables == before);
        m_interrogator->answers = [](const Question&, bool) { return true; };
        QCOMPARE(verifiedBy(execute(Intent::Apply)).left(5), "trial");
        QVERIFY(m_node->other->tables == MemoryTableStore().tables);
    }

    void nobodyToAsk()
    {
        m_interrogator->witnesses.all.pop_back();
        const Report byHand = execute(Intent::Apply);
        QCOMPARE(outcomeOf(byHand, Intent::Apply), "in-sync, exit 0");
        QCOMPARE(byHand.findings.front().id, std::string("no-witness"));
        QVERIFY(byHand.findings.front().severity == Severity::Warning);
        QVERIFY(byHand.findings.front().advice.front().find("unnamed-namespaces.conf") != std::string::npos);
    }

    void whatATrialSaysMayBeWaived_data()
    {
        QTest::addColumn<QString>("id"); // of the finding, and what makes it
        QTest::addColumn<QString>("byHand");
        QTest::addColumn<QString>("unattended");
        QTest::addColumn<QString>("waived"); // either
        const auto row = [](const char* id, const char* byHand, const char* unattended, const char* waived) {
            QTest::newRow(id) << id << byHand << unattended << waived;
        };
        row("trial", "unsafe, exit 3", "unsafe, waits, exit 0", "in-sync, exit 0");
        row("dns-silent", "unsafe, exit 3", "unsafe, waits, exit 0", "in-sync, exit 0");
        row("no-witness", "in-sync, exit 0", "unsafe, waits, exit 0", "in-sync, exit 0");
        row("no-effect", "in-sync, exit 0", "in-sync, exit 0", "in-sync, exit 0");
    }

    void whatATrialSaysMayBeWaived()
    {
        QFETCH(QString, id);
        const auto apply = [&](Intent intent, bool waived) {
            renew();
            execute(Intent::Trial); // there were pods to ask
            m_node->memory.now += pauseBetweenTrials;
            m_node->profile.safety.waive = waived ? std::vector{id.toStdString()} : std::vector<std::string>{};
            if (id == "no-witness")
                m_interrogator->witnesses.all.pop_back();
            if (id == "no-effect")
                m_interrogator->witnesses.all.back().name = "elsewhere";
            m_interrogator->answers = [&](const Question&, bool untracked) { return id == "trial" ? !untracked : id != "dns-silent"; };
            const Report report = execute(intent);
            const bool told = std::any_of(report.findings.begin(), report.findings.end(), [&](const Finding& finding) {
                return finding.id == id.toStdString() && finding.waived == waived && !finding.advice.empty();
            });
            return outcomeOf(report, intent) + (told ? "" : ", not told");
        };
        QTEST(apply(Intent::Apply, false), "byHand");
        QTEST(apply(Intent::Reconcile, false), "unattended");
        QTEST(apply(Intent::Apply, true), "waived");
        QTEST(apply(Intent::Reconcile, true), "waived");
    }

    /// Answers of direct routing and tunnels pass by this node, so that a trial would see its tracked arm only.
    void answersThatPassByAreNotTried()
    {
        for (auto& service : m_node->inspector.facts.virtualServices)
            service.realServers.front().forwarding = "Route";
        const Report report = execute(Intent::Apply);
        QCOMPARE(outcomeOf(report, Intent::Apply), "in-sync, exit 0");
        QVERIFY(!report.trial);
        QCOMPARE(m_interrogator->rounds, 0);
        QCOMPARE(verifiedBy(report), "probe, 1 place");
    }

    void podsThatWereThereAreWaitedFor()
    {
        m_interrogator->answers = [](const Question&, bool untracked) { return !untracked; };
        execute(Intent::Apply);
        m_interrogator->witnesses.all.pop_back();
        QCOMPARE(outcomeOf(execute(Intent::Reconcile)), "unsafe, waits, exit 0");
    }

    void statusWhileATrialIsUnderWayIsAsBefore_data()
    {
        QTest::addColumn<int>("scope");
        QTest::addColumn<bool>("standing");
        QTest::addColumn<QString>("outcome");
        for (const Scope scope : {Scope::Pods, Scope::Any}) {
            QTest::addRow("scope %d, nothing", int(scope)) << int(scope) << false << "absent, exit 2";
            QTest::addRow("scope %d, rules that stand", int(scope)) << int(scope) << true << "in-sync, exit 0";
        }
    }

    void statusWhileATrialIsUnderWayIsAsBefore()
    {
        QFETCH(int, scope);
        QFETCH(bool, standing);
        QFETCH(QString, outcome);
        m_node->profile.scope = Scope(scope);
        if (standing) {
            execute(Intent::Apply);
            m_node->memory.texts.erase(Remembered::Verdict);
        }
        QStringList seen;
        m_interrogator->answers = [&](const Question&, bool untracked) {
            m_node->memory.busy = true;
            const Report report = execute(Intent::Status);
            m_node->memory.busy = false;
            seen << outcomeOf(report, Intent::Status);
            return !untracked;
        };
        execute(Intent::Apply);
        seen.removeDuplicates();
        QCOMPARE(seen, QStringList(outcome));
    }

    void whatIsThrownTakesTheTrialOut()
    {
        m_interrogator->answers = [](const Question&, bool untracked) { return untracked ? throw std::bad_alloc() : true; };
        const Report report = execute(Intent::Apply);
        QCOMPARE(exitOf(report), 1);
        QVERIFY(m_node->holdsNothing());
    }

    void trialAloneLeavesTheTables()
    {
        execute(Intent::Apply);
        const auto before = m_node->store->tables;
        const Report report = execute(Intent::Trial);
        QCOMPARE(int(exitCodeOf(report, Intent::Trial, Mode::Write)), 0);
        QVERIFY(m_node->store->tables == before);
        m_interrogator->answers = [](const Question&, bool untracked) { return !untracked; };
        QCOMPARE(int(exitCodeOf(execute(Intent::Trial), Intent::Trial, Mode::Write)), 3);
        QVERIFY(m_node->store->tables == before);
    }

    void sizes_data()
    {
        QTest::addColumn<int>("pods");
        QTest::addColumn<int>("services");
        QTest::addColumn<QString>("size"); // ports each, pairs, left
        QTest::newRow("one pod") << 1 << 1 << "8 1 0";
        QTest::newRow("110 pods") << 110 << 1 << "5 110 0";
        QTest::newRow("250 pods") << 250 << 1 << "2 250 0";
        QTest::newRow("250 pods, two services") << 250 << 2 << "2 312 188";
    }

    void sizes()
    {
        QFETCH(int, pods);
        QFETCH(int, services);
        QFETCH(QString, size);
        Profile profile;
        for (int i = 0; i < services; ++i)
            profile.services.push_back(*readAddress("10.96.0." + std::to_string(10 + i)));
        const std::vector<Witness> witnesses(static_cast<std::size_t>(pods), {.name = "pod", .addresses = {*readAddress("10.244.0.5")}});
        const TrialSize got = sizeOf(profile, witnesses);
        QCOMPARE(QString("%1 %2 %3").arg(got.portsEach).arg(got.pairs).arg(got.left), size);
    }
};

QTEST_APPLESS_MAIN(TrialTest)
#include "trial_test.moc"
