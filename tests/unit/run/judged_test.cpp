#include "core/run/judged.h"
#include "tests/unit/run/canned_run.h"

#include <QTest>

using namespace notrack;

/// An unattended run that finds everything in place judges again only where something moved.
class JudgedTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_node = std::make_unique<CannedNode>();
        m_node->inspector.traced = NodeTrace{.facts = "facts", .nftables = "rules", .generation = 7};
        m_node->apply();
        m_node->inspector.asked = 0;
    }

    void whatHasNotMovedIsJudgedOnce()
    {
        m_node->inspector.facts.expireNoDestination = false;
        const Report first = m_node->unattended();
        QVERIFY(!first.findings.empty());
        for (int i = 0; i < 5; ++i) {
            const Report report = m_node->unattended();
            QCOMPARE(outcomeOf(report), "in-sync, exit 0");
            QVERIFY(report.findings == first.findings);
            QCOMPARE(report.timings.back().step, std::string("trace"));
        }
        QCOMPARE(m_node->inspector.asked, 1);
        QCOMPARE(m_node->inspector.knewGeneration, 7U);
    }

    void whateverMovesIsJudgedAgain_data()
    {
        QTest::addColumn<QString>("what");
        for (const char* what : {"facts", "nftables", "a raw table", "nothing to trace", "ten minutes"})
            QTest::newRow(what) << what;
    }

    void whateverMovesIsJudgedAgain()
    {
        QFETCH(QString, what);
        m_node->unattended();
        m_node->unattended();
        QCOMPARE(m_node->inspector.asked, 1);
        if (what == "facts")
            m_node->inspector.traced->facts = "others";
        else if (what == "nftables")
            m_node->inspector.traced->nftables = "others";
        else if (what == "a raw table")
            m_node->other->tables[Family::Ipv6].stamp = 5;
        else if (what == "nothing to trace")
            m_node->inspector.traced.reset();
        else
            m_node->memory.now += pauseBetweenJudgements;
        m_node->inspector.facts.virtualServices.clear();
        QCOMPARE(outcomeOf(m_node->unattended()), "unsafe, waits, exit 0");
        QVERIFY(m_node->holdsNothing());
    }

    /// kube-proxy and Calico move the generation at every sync.
    void aGenerationAloneIsNoReasonAndIsRemembered()
    {
        m_node->unattended();
        m_node->inspector.traced->generation = 8;
        m_node->unattended();
        QCOMPARE(m_node->inspector.knewGeneration, 7U);
        m_node->unattended();
        QCOMPARE(m_node->inspector.knewGeneration, 8U);
        QCOMPARE(m_node->inspector.asked, 1);
        m_node->memory.now += pauseBetweenJudgements; // of the judgement, not of the generation
        m_node->unattended();
        QCOMPARE(m_node->inspector.asked, 2);
    }

    void anotherProfileIsJudged()
    {
        m_node->unattended();
        m_node->profile.safety.waive = {"host-port"};
        m_node->unattended();
        m_node->unattended();
        QCOMPARE(m_node->inspector.asked, 3); // without a verdict, then under one of its own
        m_node->unattended();
        QCOMPARE(m_node->inspector.asked, 3);
    }

    /// A node that waits costs no more than one where all is well, and goes on as soon as it may.
    void aNodeThatWaitsIsJudgedOnce()
    {
        const NodeFacts sound = m_node->inspector.facts;
        m_node->inspector.traced->facts = "no ipvs";
        m_node->inspector.facts.virtualServices.clear();
        QCOMPARE(outcomeOf(m_node->unattended()), "unsafe, waits, exit 0");
        m_node->inspector.asked = 0;
        for (int i = 0; i < 5; ++i) {
            const Report report = m_node->unattended();
            QCOMPARE(outcomeOf(report), "unsafe, waits, exit 0");
            QVERIFY(QString::fromStdString(report.waitsFor).startsWith("not-ipvs: "));
        }
        QCOMPARE(m_node->inspector.asked, 0);
        m_node->inspector.traced->facts = "facts";
        m_node->inspector.facts = sound;
        QCOMPARE(outcomeOf(m_node->unattended()), "in-sync, exit 0");
    }

    /// A module that was installed leaves no trace before it is loaded.
    void aMissingModuleIsLookedForEveryTime()
    {
        m_node->unattended();
        m_node->inspector.traced->facts = "no module";
        m_node->inspector.facts.missingModules[Backend::Iptables] = {"xt_CT"};
        m_node->unattended();
        m_node->inspector.asked = 0;
        QCOMPARE(outcomeOf(m_node->unattended()), "unsafe, waits, exit 0");
        QCOMPARE(outcomeOf(m_node->unattended()), "unsafe, waits, exit 0");
        QCOMPARE(m_node->inspector.asked, 2);
    }

    /// What could not be read may be read the next time.
    void theUnknownIsNotRemembered()
    {
        m_node->inspector.facts.unreadRules = {"filter: no room"};
        for (int i = 0; i < 3; ++i)
            m_node->unattended();
        QCOMPARE(m_node->inspector.asked, 3);
    }

    void othersJudgeForThemselves()
    {
        m_node->unattended();
        m_node->execute(Intent::Status);
        m_node->execute(Intent::Reconcile, Mode::Check);
        QCOMPARE(m_node->inspector.asked, 3);
    }

    void whatIsWrittenIsRead()
    {
        const Judged judged{
            .digest = "digest",
            .backend = Backend::Nftables,
            .at = std::chrono::seconds(12345),
            .trace = {.facts = "a", .nftables = "b", .generation = 4'000'000'000U},
            .facts = {.fingerprint = "c", .entriesExpected = false, .masqueraded = false},
            .findings = {{.id = "not-ipvs", .severity = Severity::Fatal, .summary = "s", .evidence = {"e"}, .waived = true}}};
        const std::string text = writeJudged(judged);
        QVERIFY(readJudged(text) == judged);
        for (std::size_t length = 0; length + 1 < text.size(); ++length) // without its newline it is whole
            QVERIFY(!readJudged(text.substr(0, length)));
    }

private:
    std::unique_ptr<CannedNode> m_node;
};

QTEST_APPLESS_MAIN(JudgedTest)
#include "judged_test.moc"
