#include "core/run/decide.h"

#include <QTest>

using namespace notrack;

namespace
{

QString word(Action action)
{
    switch (action) {
    case Action::Nothing:
        return "nothing";
    case Action::Tell:
        return "tell";
    case Action::JudgePending:
        return "judge";
    case Action::Refuse:
        return "refuse";
    case Action::Wait:
        return "wait";
    case Action::Write:
        return "write";
    case Action::Withdraw:
        return "withdraw";
    case Action::Refresh:
        return "refresh";
    case Action::Verify:
        return "verify";
    case Action::Try:
        return "try";
    }
    return {};
}

Observation readObservation(const QString& text)
{
    const QStringList words = text.split(' ');
    Observation seen;
    seen.standing = words.contains("absent") ? Standing::Absent : words.contains("drifted") ? Standing::Drifted : Standing::InSync;
    seen.judgement = words.contains("unsafe")     ? Judgement::Unsafe
                     : words.contains("unknown")  ? Judgement::Unknown
                     : words.contains("doubtful") ? Judgement::Doubtful
                                                  : Judgement::Safe;
    seen.pending = words.contains("pending");
    seen.verified = words.contains("verified");
    seen.waits = words.contains("pause");
    seen.refreshDue = words.contains("due");
    seen.unreadForLong = words.contains("long");
    return seen;
}

} // namespace

/// The table of decisions: what apply, apply --check, apply --reconcile, remove and remove --check do for each observation.
class DecideTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void decisions_data()
    {
        QTest::addColumn<QString>("apply");
        QTest::addColumn<QString>("check");
        QTest::addColumn<QString>("reconcile");
        QTest::addColumn<QString>("remove");
        const auto row = [](const char* seen, const char* apply, const char* check, const char* reconcile, const char* remove) {
            QTest::newRow(seen) << apply << check << reconcile << remove;
        };
        row("insync verified", "nothing", "nothing", "nothing", "nothing");
        row("insync", "verify", "nothing", "verify", "nothing");
        row("insync pause", "verify", "nothing", "wait", "nothing");
        row("insync verified pause", "nothing", "nothing", "nothing", "nothing");
        row("insync verified due", "nothing", "nothing", "refresh", "nothing");
        row("insync verified unknown due", "nothing", "nothing", "refresh", "nothing");
        row("insync verified pause due", "nothing", "nothing", "wait", "nothing");
        row("insync verified doubtful due", "nothing", "nothing", "verify", "nothing");
        row("insync verified unsafe due", "nothing", "nothing", "withdraw", "nothing");
        row("insync due", "verify", "nothing", "verify", "nothing");
        row("insync verified unsafe", "nothing", "nothing", "withdraw", "nothing");
        row("insync unsafe", "refuse", "refuse", "withdraw", "nothing");
        row("insync verified unknown", "nothing", "nothing", "nothing", "nothing");
        row("insync verified unknown long", "nothing", "nothing", "wait", "nothing");
        row("insync unknown", "verify", "nothing", "wait", "nothing");
        row("drifted", "write", "tell", "write", "withdraw");
        row("drifted pause", "write", "tell", "wait", "withdraw");
        row("drifted unsafe", "refuse", "refuse", "withdraw", "withdraw");
        row("drifted unsafe pause", "refuse", "refuse", "withdraw", "withdraw");
        row("drifted unknown", "write", "tell", "wait", "withdraw");
        row("absent", "write", "tell", "write", "withdraw");
        row("absent pause", "write", "tell", "wait", "withdraw");
        row("absent unsafe", "refuse", "refuse", "wait", "withdraw");
        row("absent doubtful", "write", "tell", "write", "withdraw");
        row("absent doubtful pause", "write", "tell", "wait", "withdraw");
        row("drifted doubtful", "write", "tell", "write", "withdraw");
        row("insync doubtful", "verify", "nothing", "verify", "nothing");
        row("insync verified doubtful", "nothing", "nothing", "verify", "nothing");
        row("absent unknown", "write", "tell", "wait", "withdraw");
    }

    void decisions()
    {
        QFETCH(QString, apply);
        QFETCH(QString, check);
        QFETCH(QString, reconcile);
        QFETCH(QString, remove);
        Observation seen = readObservation(QTest::currentDataTag());
        QCOMPARE(word(decide(Intent::Apply, Mode::Write, seen)), apply);
        QCOMPARE(word(decide(Intent::Apply, Mode::Check, seen)), check);
        QCOMPARE(word(decide(Intent::Reconcile, Mode::Write, seen)), reconcile);
        QCOMPARE(word(decide(Intent::Remove, Mode::Write, seen)), remove);
        QCOMPARE(word(decide(Intent::Remove, Mode::Check, seen)), remove == "withdraw" ? "tell" : "nothing");
        QCOMPARE(word(decide(Intent::Status, Mode::Write, seen)), "tell");

        QCOMPARE(word(decide(Intent::Trial, Mode::Write, seen)), seen.judgement == Judgement::Unsafe ? "refuse" : "try");

        // What another run left comes first where rules may be written, and holds up neither a check nor a removal.
        seen.pending = true;
        QCOMPARE(word(decide(Intent::Apply, Mode::Write, seen)), "judge");
        QCOMPARE(word(decide(Intent::Reconcile, Mode::Write, seen)), "judge");
        QCOMPARE(word(decide(Intent::Apply, Mode::Check, seen)), check);
        QCOMPARE(word(decide(Intent::Remove, Mode::Write, seen)), remove);
        QCOMPARE(word(decide(Intent::Status, Mode::Write, seen)), "tell");
    }
};

QTEST_APPLESS_MAIN(DecideTest)
#include "decide_test.moc"
