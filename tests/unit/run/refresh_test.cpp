#include "core/run/trial_memory.h"
#include "tests/unit/run/canned_trial.h"

#include <QTest>

#include <set>
#include <string>

using namespace notrack;

/// What the timer asks every ten minutes whether a verdict still holds, on a node in memory.
class RefreshTest : public QObject, private CannedTrial
{
    Q_OBJECT

private Q_SLOTS:
    void init() { renew(); }

    void aVerdictIsRefreshedEveryTenMinutes()
    {
        execute(Intent::Apply);
        const auto verdict = m_node->memory.texts[Remembered::Verdict];
        for (int i = 0; i < 20; ++i) {
            m_node->memory.now += std::chrono::minutes(1);
            const int rounds = m_interrogator->rounds;
            m_node->store->log.clear();
            QCOMPARE(outcomeOf(execute(Intent::Reconcile)), "in-sync, exit 0");
            QCOMPARE(m_interrogator->rounds - rounds, i % 10 == 9 ? 1 : 0);
            QCOMPARE(toList(m_node->store->log).filter("commit").size(), 0);
        }
        QCOMPARE(m_node->memory.texts[Remembered::Verdict], verdict);
        QCOMPARE(m_node->prober.asked, 0);
    }

    void silenceAtARefreshLeadsToATrial_data()
    {
        QTest::addColumn<int>("scope");
        QTest::addColumn<bool>("ours");
        QTest::addColumn<QString>("outcome");
        for (const Scope scope : {Scope::Pods, Scope::Any}) {
            QTest::addRow("scope %d, a policy drops what is untracked", int(scope)) << int(scope) << true << "absent, exit 4";
            QTest::addRow("scope %d, DNS died", int(scope)) << int(scope) << false << "in-sync, exit 0";
        }
    }

    void silenceAtARefreshLeadsToATrial()
    {
        QFETCH(int, scope);
        QFETCH(bool, ours);
        QFETCH(QString, outcome);
        m_node->profile.scope = Scope(scope);
        execute(Intent::Apply);
        m_interrogator->answers = [&](const Question&, bool untracked) { return ours && !untracked; };
        m_node->memory.now += std::chrono::minutes(9);
        QCOMPARE(outcomeOf(execute(Intent::Reconcile)), "in-sync, exit 0");
        m_node->memory.now += std::chrono::minutes(1);
        const Report report = execute(Intent::Reconcile);
        QCOMPARE(outcomeOf(report), outcome);
        QCOMPARE(report.notes.empty(), ours);
        QCOMPARE(m_node->holdsNothing(), ours);
        QVERIFY(!m_node->memory.texts.contains(Remembered::Pending));
    }

    /// More than three have a vote: all get their turn.
    void placesTakeTurnsAtRefreshes()
    {
        for (int i = 0; i < 6; ++i)
            m_interrogator->witnesses.all.push_back(
                {.name = "pod-" + std::to_string(i), .addresses = {*readAddress("10.244.0.1" + std::to_string(i))}, .role = Role::Pod});
        execute(Intent::Apply);
        int queries = 0;
        m_interrogator->answers = [&](const Question&, bool) { return ++queries > 0; };
        std::set<std::string> asked;
        for (int i = 0; i < 3; ++i) {
            m_node->memory.now += pauseBetweenTrials;
            execute(Intent::Reconcile);
            for (const std::string& name : m_interrogator->lastAsked)
                asked.insert(name);
        }
        QCOMPARE(asked.size(), std::size_t{7});
        QVERIFY(queries <= 3 * 3 * 2 * 2); // places, queries and two services at most
    }

    /// A pod that was a witness may come again as one whose packets take another way.
    void rulesThatCountNothingWhilePlacesAreAnsweredHaveNoEffect()
    {
        const auto ids = [&](Intent intent) {
            QStringList list;
            for (const Finding& finding : execute(intent).findings)
                list << QString::fromStdString(finding.id + ": " + finding.evidence.front());
            return list;
        };
        const QStringList told{"no-effect: the timer asked from pods and was answered, and the rules for DNS counted nothing meanwhile"};
        execute(Intent::Apply);
        m_node->memory.now += pauseBetweenTrials;
        execute(Intent::Reconcile);
        QCOMPARE(ids(Intent::Status), QStringList());
        m_interrogator->elsewhere = true;
        m_node->memory.now += pauseBetweenTrials;
        execute(Intent::Reconcile);
        QCOMPARE(ids(Intent::Status), told);
        QCOMPARE(ids(Intent::Reconcile), told);
        m_interrogator->answers = [](const Question&, bool) { return false; }; // DNS that is dead tells nothing of the rules
        m_node->memory.now += pauseBetweenTrials;
        execute(Intent::Reconcile);
        QCOMPARE(ids(Intent::Status), QStringList());
        m_interrogator->answers = [](const Question&, bool) { return true; };
        m_interrogator->elsewhere = false;
        m_node->memory.now += pauseBetweenTrials;
        execute(Intent::Reconcile);
        QCOMPARE(ids(Intent::Status), QStringList());
    }

    /// What the findings say against a node, a trial that passed makes a warning with both facts: for these facts, and for no others.
    void aVerdictOverrulesWhatWasSeenWhenItWasGiven()
    {
        const auto finding = [&](Intent intent) {
            const Report report = execute(intent);
            for (const Finding& one : report.findings) {
                if (one.id == "stateful-forward")
                    return QString::fromStdString(std::string(toText(one.severity)) + ", " + one.evidence.back()) + ", " +
                           outcomeOf(report, intent);
            }
            return "not told, " + outcomeOf(report, intent);
        };
        const QString against = "fatal, filter (iptables): :FORWARD DROP, unsafe, exit 2";
        const QString overruled =
            "warning, overruled: untracked queries of this node were asked and answered under these very facts, in-sync, exit 0";
        auto& tables = m_node->inspector.facts.savedTables;
        tables = {{Backend::Iptables, Family::Ipv4, "filter", {":FORWARD DROP [0:0]", established}}};
        QCOMPARE(finding(Intent::Status), against);
        QCOMPARE(finding(Intent::Apply), overruled);
        QCOMPARE(finding(Intent::Status), overruled);
        tables.front().lines.push_back("-A FORWARD -s 192.0.2.7/32 -j ACCEPT");
        QCOMPARE(finding(Intent::Status), against);
        const int rounds = m_interrogator->rounds;
        QCOMPARE(finding(Intent::Reconcile), overruled);
        QVERIFY(m_interrogator->rounds > rounds);
        QCOMPARE(finding(Intent::Status), overruled);
    }

private:
    static constexpr const char* established = "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT";
};

QTEST_APPLESS_MAIN(RefreshTest)
#include "refresh_test.moc"
