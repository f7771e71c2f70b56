#include "core/run/sandwich.h"

#include <QTest>

using namespace notrack;

namespace
{

/// "T+ U- T+": the rounds of a port. "x": it could not be sent.
AskedPort readPort(const QString& rounds, std::size_t witness, std::uint16_t clientPort)
{
    AskedPort port;
    port.question = {witness, *readAddress("10.96.0.10"), Port{53}, Protocol::Udp, Port{clientPort}};
    for (const QString& round : rounds.split(' ', Qt::SkipEmptyParts))
        port.rounds.push_back({round[0] == 'T' ? Arm::Tracked : Arm::Untracked, {.sent = round[1] != 'x', .answered = round[1] == '+'}});
    return port;
}

/// Places with their ports: "pod: 6*T+ U+; 2*T+ U- T+ | elsewhere: ...".
Evidence readEvidence(const QString& text, Scope scope = Scope::Pods)
{
    Evidence evidence;
    evidence.scope = scope;
    for (const QString& place : text.split('|', Qt::SkipEmptyParts)) {
        const QStringList parts = place.trimmed().split(": ");
        const std::size_t witness = evidence.witnesses.size();
        const QString name = parts[0];
        evidence.witnesses.push_back({.name = name.toStdString(), .addresses = {}, .role = name == "node" ? Role::Node : Role::Pod});
        if (name == "elsewhere")
            evidence.passedBy[witness] = true;
        for (const QString& ports : parts.value(1).split(';', Qt::SkipEmptyParts)) {
            const QStringList counted = ports.trimmed().split('*');
            for (int i = 0; i < counted[0].toInt(); ++i)
                evidence.ports.push_back(readPort(counted[1], witness, static_cast<std::uint16_t>(61000 + evidence.ports.size())));
        }
    }
    return evidence;
}

} // namespace

/// The verdict of a trial, as a table of what came back.
class SandwichTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void verdicts_data()
    {
        QTest::addColumn<QString>("ports");
        QTest::addColumn<QString>("outcome"); // confirmed
        const auto row = [](const char* name, const char* ports, const char* outcome) { QTest::newRow(name) << ports << outcome; };
        row("sound", "pod: 8*T+ U+", "passed 1");
        row("nothing untracked", "pod: 8*T+ U- T+", "lost 1");
        row("one server of two", "pod: 4*T+ U+; 4*T+ U- T+", "lost 1");
        row("one port is chance", "pod: 7*T+ U+; 1*T+ U- T+", "passed 1");
        row("one port at each of three places", "a: 1*T+ U+; 1*T+ U- T+ | b: 1*T+ U+; 1*T+ U- T+ | c: 1*T+ U+; 1*T+ U- T+", "lost 3");
        row("a server died in between", "pod: 4*T+ U+; 4*T+ U- T-", "passed 1");
        row("answered at the second sandwich", "pod: 4*T+ U+; 4*T+ U- T+ U+", "passed 1");
        row("a server died and came back", "pod: 8*T+ U- T+ U+", "passed 1");
        row("a server came back and died again", "pod: 8*T+ U- T+ U- T-", "silent 0");
        row("one place of two", "a: 8*T+ U+ | b: 8*T+ U- T+", "lost 1");
        row("a full table: only untracked gets through", "pod: 8*T- U+", "passed 1");
        row("dead", "pod: 8*T- U-", "silent 0");
        row("died meanwhile", "pod: 8*T+ U- T-", "silent 0");
        row("the node is a control", "node: 8*T+ U- T+ | pod: 8*T+ U+", "passed 1");
        row("nobody", "", "no-witness 0");
        row("nothing could be sent", "pod: 8*Tx Ux", "no-witness 0");
        row("another way", "elsewhere: 8*T+ U+", "no-effect 0");
        row("a place that goes another way has no vote", "elsewhere: 8*T+ U- T+ | pod: 8*T+ U+", "passed 1");
        row("the reverse, sound", "pod: 8*U+", "passed 1");
        row("the reverse, lost", "pod: 8*U- T+ U- T+", "lost 0");
        row("the reverse, DNS died by itself", "pod: 8*U- T-", "silent 0");
    }

    void verdicts()
    {
        QFETCH(QString, ports);
        QFETCH(QString, outcome);
        const TrialReport report = judgeTrial(readEvidence(ports), true);
        // of a loss the places are those that got something untracked
        const QString seen = QString::fromStdString(std::string(toText(report.outcome)));
        QCOMPARE(seen, outcome.section(' ', 0, 0));
        if (report.outcome == TrialOutcome::Passed)
            QCOMPARE(QString::number(report.places), outcome.section(' ', 1, 1));
        QCOMPARE(report.why.empty(), report.outcome == TrialOutcome::Passed);
    }

    void theNodeVotesUnderScopeAny()
    {
        const TrialReport report = judgeTrial(readEvidence("node: 8*T+ U- T+ | pod: 8*T+ U+", Scope::Any), true);
        QVERIFY(report.outcome == TrialOutcome::Lost);
        QCOMPARE(QString::fromStdString(report.why), "node: tracked 8 of 8, untracked 0 of 8 (10.96.0.10:53/udp)");
    }

    void whatIsNotConfirmedIsNotLost()
    {
        QVERIFY(judgeTrial(readEvidence("pod: 6*T+ U+; 2*T+ U- T+"), true).outcome == TrialOutcome::Lost);
        QVERIFY(judgeTrial(readEvidence("pod: 6*T+ U+; 2*T+ U- T+"), false).outcome == TrialOutcome::Passed);
    }

    /// A server that dies while its ports are asked untracked, and is back when they are asked tracked, looks like a loss once.
    void noVerdictFromOneSandwich()
    {
        const auto beyondChance = [](const char* ports) {
            const Evidence evidence = readEvidence(ports);
            return isBeyondChance(evidence, lostPorts(evidence));
        };
        QVERIFY(!beyondChance("pod: 8*T+ U- T+"));
        QVERIFY(!beyondChance("pod: 8*T+ U- T+; 8*T+ U+"));
        QVERIFY(!beyondChance("pod: 8*T+ U- T+ U- T-"));
        QVERIFY(!beyondChance("pod: 6*T+ U- T+ U- T+; 2*T+ U+"));
        QVERIFY(beyondChance("pod: 8*T+ U- T+ U- T+"));
        QVERIFY(beyondChance("pod: 7*T+ U- T- T+ U- T- T+; 1*T+ U- T+ U+"));
    }

    void rulesThatCountNothingHaveNoEffect()
    {
        Evidence evidence = readEvidence("pod: 8*T+ U+");
        evidence.counted = false;
        QVERIFY(judgeTrial(evidence, true).outcome == TrialOutcome::NoEffect);
    }

    void whatIsAskedAgain()
    {
        QVERIFY(silentPorts(readEvidence("pod: 1*T+ U+; 1*T+ U-; 1*T- U-; 1*U-")) == (std::vector<std::size_t>{1, 2, 3}));
        QVERIFY(silentPorts(readEvidence("pod: 1*T- U-; 1*U-")) == (std::vector<std::size_t>{1}));
        QVERIFY(lostPorts(readEvidence("pod: 1*T+ U- T+; 1*T+ U- T-; 1*T+ U- T+ U+; 1*U- T+; 1*T+ U- T+ U- T-")) ==
                (std::vector<std::size_t>{0, 3}));
    }
};

QTEST_APPLESS_MAIN(SandwichTest)
#include "sandwich_test.moc"
