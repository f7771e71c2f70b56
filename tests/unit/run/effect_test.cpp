#include "core/run/effect.h"
#include "tests/unit/run/canned_run.h"

#include <QTest>

using namespace notrack;

/// What conntrack lost before the rules came, and since.
class EffectTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_node = std::make_unique<CannedNode>(); }

    void lossesBeforeAndSince()
    {
        lostSoFar(86400, 12, 3);
        QCOMPARE(effect(), "none");
        m_node->apply();
        lostSoFar(90000, 13, 3);
        QCOMPARE(effect(), "86400 s: 12 3; 3600 s: 1 0");
        QVERIFY(!m_node->unattended().effect); // nobody reads it there
    }

    /// Rules come seconds after a boot.
    void aShortTimeAfterABootTellsLessThanTheOneBefore()
    {
        lostSoFar(86400, 12, 3);
        m_node->apply();
        reboot();
        lostSoFar(20, 5, 0);
        m_node->unattended();
        lostSoFar(3620, 5, 1);
        QCOMPARE(effect(), "86400 s: 12 3; 3600 s: 0 1; lately 3600 s: 0 1");
        reboot();
        lostSoFar(700, 7, 0);
        m_node->unattended();
        QCOMPARE(effect(), "700 s: 7 0; 0 s: 0 0");
    }

    /// What was lost since boot was partly lost with the rules.
    void rulesThatComeAgainKeepWhatWasBefore()
    {
        lostSoFar(86400, 12, 3);
        m_node->apply();
        lostSoFar(90000, 12, 3);
        m_node->execute(Intent::Remove);
        QCOMPARE(effect(), "none");
        lostSoFar(93600, 50, 3);
        m_node->apply();
        lostSoFar(93700, 50, 3);
        QCOMPARE(effect(), "86400 s: 12 3; 100 s: 0 0");
    }

    /// By samples every three minutes, of which 20 are kept; one of before the rules tells nothing about them.
    void theLastHourByItself()
    {
        lostSoFar(900, 0, 0);
        m_node->execute(Intent::Remove);
        lostSoFar(1000, 100, 50);
        m_node->unattended(); // applies
        lostSoFar(1179, 101, 50);
        QCOMPARE(effect(), "1000 s: 100 50; 179 s: 1 0");
        lostSoFar(1180, 101, 50);
        QCOMPARE(effect(), "1000 s: 100 50; 180 s: 1 0; lately 180 s: 1 0");
        for (int seconds = 1030; seconds <= 9000; seconds += 30) {
            lostSoFar(seconds, 101, 50);
            m_node->unattended();
        }
        lostSoFar(9100, 131, 51);
        QCOMPARE(effect(), "1000 s: 100 50; 8100 s: 31 1; lately 3600 s: 30 1");
        QCOMPARE(m_node->memory.texts[Remembered::Samples].size(), std::string("5500 101 50\n").size() * 20);
        lostSoFar(9200, 131, 51);
        m_node->execute(Intent::Remove);
        m_node->apply();
        lostSoFar(9500, 131, 51);
        QCOMPARE(effect(), "1000 s: 100 50; 300 s: 0 0"); // no unattended run since
        for (const char* text : {"", "1 2", "x\n", "-1 2 3\n"}) {
            m_node->memory.texts[Remembered::Samples] = text;
            QCOMPARE(effect(), "1000 s: 100 50; 300 s: 0 0");
        }
    }

    void aRepairIsNoBeginning()
    {
        lostSoFar(1000, 1, 0);
        m_node->apply();
        lostSoFar(2000, 2, 0);
        m_node->store->tables[Family::Ipv4].chains.front().entries.clear();
        m_node->unattended();
        QCOMPARE(effect(), "1000 s: 1 0; 1000 s: 1 0");
    }

    /// Of each kind the last census is kept, and no other.
    void censusesWithoutTheRulesAndWithThem()
    {
        lostSoFar(1000, 1, 0);
        for (const std::uint64_t dns : {500U, 400U})
            census(dns, 90);
        m_node->apply();
        QCOMPARE(counted(), "without 400 90; with nothing");
        census(0, 3);
        m_node->store->tables[Family::Ipv4].chains.front().entries.clear();
        census(77, 77); // neither
        m_node->unattended();
        QCOMPARE(counted(), "without 400 90; with 0 3");
        for (const char* text : {"", "{}", "[1]", "x"}) {
            m_node->memory.texts[Remembered::Census] = text;
            QCOMPARE(counted(), "without nothing; with nothing");
        }
    }

    void otherTextsAreNothing()
    {
        lostSoFar(1000, 1, 0);
        m_node->apply();
        for (const char* text : {"", "1 2", "1 2 3\n1 2 3\n", "1 2 x\n", "1 2 3 4\n", "-1 2 3\n", " \n"}) {
            m_node->memory.texts[Remembered::Before] = text;
            QCOMPARE(effect(), "none");
        }
    }

private:
    void lostSoFar(int seconds, std::uint64_t insertFailed, std::uint64_t drop)
    {
        m_node->memory.now = std::chrono::seconds(seconds);
        m_node->inspector.facts.conntrack = ConntrackFigures{.entries = 1, .max = 2, .insertFailed = insertFailed, .drop = drop};
    }

    void reboot()
    {
        m_node->store->tables = MemoryTableStore().tables;
        for (const Remembered what : {Remembered::Verdict, Remembered::Damping, Remembered::Trial, Remembered::Start, Remembered::Samples})
            m_node->memory.texts.erase(what);
    }

    void census(std::uint64_t dns, std::uint64_t tunnel)
    {
        Report report = m_node->execute(Intent::Status);
        report.census = Census{.entries = 1000, .dns = dns, .tunnel = tunnel};
        Memory memory(m_node->memory);
        keepCensus(report, memory);
    }

    QString counted()
    {
        const std::optional<Effect> effect = m_node->execute(Intent::Status).effect;
        if (!effect)
            return "no effect";
        const auto told = [](const std::optional<EntriesCounted>& counted) {
            return counted ? QString("%1 %2").arg(counted->dns).arg(counted->tunnel) : QString("nothing");
        };
        return "without " + told(effect->countedBefore) + "; with " + told(effect->countedSince);
    }

    QString effect()
    {
        const Report report = m_node->execute(Intent::Status);
        if (!report.effect)
            return "none";
        const auto told = [](const LossesOver& losses) {
            return QString("%1 s: %2 %3").arg(losses.seconds).arg(losses.insertFailed).arg(losses.drop);
        };
        return told(report.effect->before) + "; " + told(report.effect->since) +
               (report.effect->lately ? "; lately " + told(*report.effect->lately) : QString());
    }

    std::unique_ptr<CannedNode> m_node;
};

QTEST_APPLESS_MAIN(EffectTest)
#include "effect_test.moc"
