#include "core/run/turn.h"
#include "tests/unit/run/canned_run.h"

#include <QTest>

#include <set>

using namespace notrack;

/// Unattended runs, against stores in memory.
class ReconcileTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
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

    /// A fleet does not change in one moment.
    void aProfileThatIsNewToTheNodeWaitsForItsTurn()
    {
        constexpr std::chrono::seconds spread{600};
        const auto execute = [&](Intent intent) {
            Node node = m_node->doors();
            return run({.intent = intent, .profile = m_node->profile, .wait = std::chrono::milliseconds(0), .spread = spread}, node);
        };
        const std::chrono::seconds turn = turnOf("test", spread);
        QVERIFY(turn > std::chrono::seconds(10));
        QCOMPARE(outcomeOf(execute(Intent::Reconcile)), "absent, waits, exit 0");
        m_node->memory.now += turn - std::chrono::seconds(1);
        QVERIFY(execute(Intent::Reconcile).waitsFor.find("in 1 s") != std::string::npos);
        m_node->memory.now += std::chrono::seconds(1);
        QCOMPARE(outcomeOf(execute(Intent::Reconcile)), "in-sync, exit 0");

        Profile earlier = m_node->profile;
        m_node->profile.podCidrs.push_back(*readPrefix("10.245.0.0/16"));
        QCOMPARE(outcomeOf(execute(Intent::Reconcile)), "drifted, waits, exit 0");
        QCOMPARE(outcomeOf(execute(Intent::Apply), Intent::Apply), "in-sync, exit 0"); // by hand
        std::swap(m_node->profile, earlier);
        QCOMPARE(outcomeOf(execute(Intent::Reconcile)), "in-sync, exit 0"); // was applied here before

        m_node->store->tables = MemoryTableStore().tables; // a reboot
        for (const Remembered what : {Remembered::Verdict, Remembered::Damping, Remembered::Trial})
            m_node->memory.texts.erase(what);
        QCOMPARE(outcomeOf(execute(Intent::Reconcile)), "in-sync, exit 0");
    }

    /// Two that mended each other's work would fight.
    void oneDeliveryKeepsTheRules()
    {
        QCOMPARE(outcomeOf(execute(Intent::Reconcile, "daemonset")), "in-sync, exit 0");
        const Report second = execute(Intent::Reconcile, "host");
        QCOMPARE(outcomeOf(second), "in-sync, waits, exit 0");
        QVERIFY2(second.waitsFor.find("\"daemonset\"") != std::string::npos, second.waitsFor.c_str());
        m_node->profile.podCidrs.push_back(*readPrefix("10.245.0.0/16"));
        QCOMPARE(outcomeOf(execute(Intent::Reconcile, "host")), "drifted, waits, exit 0");
        m_node->inspector.facts.ipvs = false; // unsafe, which is the other one's to mend as well
        QVERIFY(!execute(Intent::Reconcile, "host").changed);
        m_node->inspector.facts = soundNode();
        QCOMPARE(outcomeOf(execute(Intent::Reconcile, "daemonset")), "in-sync, exit 0");

        QCOMPARE(outcomeOf(execute(Intent::Apply, "host"), Intent::Apply), "in-sync, exit 0"); // by hand, nothing differs
        QCOMPARE(outcomeOf(execute(Intent::Reconcile, "host")), "in-sync, exit 0");
        QCOMPARE(outcomeOf(execute(Intent::Reconcile, "daemonset")), "in-sync, waits, exit 0");
    }

    void aKeeperThatIsGoneIsSucceeded()
    {
        // Runs of `delivery` every 30 s, and what the last of them came to.
        const auto runFor = [&](const char* delivery, int seconds) {
            Report report = execute(Intent::Reconcile, delivery);
            for (int passed = 0; passed < seconds; passed += 30) {
                m_node->memory.now += std::chrono::seconds(30);
                report = execute(Intent::Reconcile, delivery);
            }
            return report;
        };
        QCOMPARE(outcomeOf(execute(Intent::Reconcile, "daemonset")), "in-sync, exit 0");
        QCOMPARE(outcomeOf(runFor("host", 570)), "in-sync, waits, exit 0");
        QCOMPARE(outcomeOf(execute(Intent::Reconcile, "daemonset")), "in-sync, exit 0"); // it is there
        QCOMPARE(outcomeOf(runFor("host", 60)), "in-sync, waits, exit 0");
        execute(Intent::Reconcile, "daemonset");
        execute(Intent::Reconcile, "host");
        m_node->memory.now += std::chrono::hours(8); // both slept
        QCOMPARE(outcomeOf(execute(Intent::Reconcile, "host")), "in-sync, waits, exit 0");
        execute(Intent::Reconcile, "daemonset");
        QCOMPARE(outcomeOf(runFor("host", 570)), "in-sync, waits, exit 0");
        const Report taken = runFor("host", 30);
        QCOMPARE(outcomeOf(taken), "in-sync, exit 0");
        QVERIFY(taken.verified);
        QCOMPARE(taken.notes, std::vector<std::string>{"takes over from the delivery \"daemonset\", which has not run for 600 s"});
        QCOMPARE(outcomeOf(execute(Intent::Reconcile, "daemonset")), "in-sync, waits, exit 0");
        QVERIFY(execute(Intent::Reconcile, "host").notes.empty());
    }

    void unsafeRulesOfAKeeperThatIsGoneAreWithdrawn()
    {
        execute(Intent::Reconcile, "daemonset");
        m_node->inspector.facts.ipvs = false;
        m_node->inspector.facts.virtualServices.clear();
        for (int i = 0; i < 4; ++i) {
            QVERIFY(!execute(Intent::Reconcile, "host").changed);
            m_node->memory.now += std::chrono::seconds(30);
        }
        execute(Intent::Reconcile, "host");
        QVERIFY(m_node->holdsNothing());
    }

    void rulesThatBecomeUnsafeDoNotWaitForATurn()
    {
        Node node = m_node->doors();
        m_node->apply();
        m_node->profile.podCidrs.push_back(*readPrefix("10.245.0.0/16"));
        m_node->inspector.facts.ipvs = false;
        m_node->inspector.facts.virtualServices.clear();
        run({.intent = Intent::Reconcile,
             .profile = m_node->profile,
             .wait = std::chrono::milliseconds(0),
             .spread = std::chrono::seconds(600)},
            node);
        QVERIFY(m_node->holdsNothing());
    }

    void turnsAreSpread()
    {
        std::set<int> minutes;
        for (int i = 0; i < 200; ++i) {
            const auto turn = turnOf("node-" + std::to_string(i), std::chrono::seconds(600));
            QVERIFY(turn >= std::chrono::seconds(0) && turn < std::chrono::seconds(600));
            minutes.insert(static_cast<int>(turn.count() / 60));
        }
        QCOMPARE(minutes.size(), std::size_t(10));
        QCOMPARE(turnOf("node-1", std::chrono::seconds(0)).count(), 0);
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
    Report execute(Intent intent, const char* delivery)
    {
        Node node = m_node->doors();
        return run({.intent = intent, .profile = m_node->profile, .wait = std::chrono::milliseconds(0), .delivery = delivery}, node);
    }

    std::unique_ptr<CannedNode> m_node;
};

QTEST_APPLESS_MAIN(ReconcileTest)
#include "reconcile_test.moc"
