#include "gui/model/fleet_watch.h"
#include "gui/model/journal.h"
#include "gui/model/keyed_tree_model.h"
#include "gui/model/timeline_rows.h"
#include "tests/gui/memory_channel.h"
#include "tests/gui/sample_fleet.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace notrack;
using namespace notrack::gui;

namespace
{

const QDateTime midnight(QDate(2026, 1, 31), QTime(0, 0), Qt::UTC);

TimelineEntry entry(int seconds, const char* node, RowState state, const char* reason = "")
{
    return {midnight.addSecs(seconds), QString::fromLatin1(node), state, QString::fromLatin1(reason)};
}

/// Node, state and reason: what does not depend on the time zone.
QString printed(const Timeline& timeline)
{
    QStringList lines;
    for (const TreeRow& row : buildTimelineRows(timeline, [](const QString&) { return true; })) {
        lines.append(row.cells.mid(1).join(QLatin1Char('|')));
    }
    return lines.join(QLatin1Char('\n'));
}

QByteArray contentOf(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class TimelineTest : public QObject
{
    Q_OBJECT

private slots:
    void onlyChangesAreKept()
    {
        Timeline timeline;
        timeline.add(entry(0, "a", RowState::InSync));
        timeline.add(entry(5, "a", RowState::InSync));
        timeline.add(entry(9, "a", RowState::Drifted, "rules that differ: 1"));
        QCOMPARE(printed(timeline), QStringLiteral("a|drifted|rules that differ: 1\na|in sync|"));
        QCOMPARE(timeline.since(QStringLiteral("a")), std::optional(Since{midnight.addSecs(9), false}));
        QVERIFY(!timeline.since(QStringLiteral("b")));
    }

    void toAndFroIsOneRow()
    {
        Timeline timeline;
        for (int turn = 0; turn < 12; ++turn) {
            timeline.add(entry(10 * turn, "a", turn % 2 == 0 ? RowState::InSync : RowState::Unreachable, "refused"));
            timeline.add(entry(10 * turn + 1, "b", turn == 11 ? RowState::Unsafe : RowState::InSync));
        }
        const QString since = momentText(midnight);
        QCOMPARE(printed(timeline),
                 QStringLiteral("b|unsafe|\na|unreachable, before in sync|to and fro, 12 change(s) since %1\nb|in sync|").arg(since));
    }

    void journalOutlivesTheViewer()
    {
        const QTemporaryDir directory;
        const QString path = directory.filePath(QStringLiteral("state/journal.jsonl"));
        {
            Timeline timeline;
            const Journal journal(path, timeline);
            timeline.add(entry(0, "a", RowState::Unsafe, "service-dnat: \"a rule\"")); // before the journal is read
            QTRY_VERIFY(!timeline.entries().empty());
            QVERIFY(!timeline.since(QStringLiteral("a"))->gap);
        }
        QCOMPARE(QFile::permissions(path) & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());
        Timeline timeline;
        const Journal journal(path, timeline);
        timeline.add(entry(60, "a", RowState::Unsafe, "service-dnat: \"a rule\""));
        QTRY_COMPARE(printed(timeline),
                     QStringLiteral("|viewer began|\n|viewer ended|\n|viewer began|\na|unsafe|service-dnat: \"a rule\""));
        QCOMPARE(timeline.since(QStringLiteral("a")), std::optional(Since{midnight, true})); // nobody watched in between
        timeline.add(entry(70, "a", RowState::InSync));
        QCOMPARE(timeline.since(QStringLiteral("a")), std::optional(Since{midnight.addSecs(70), false}));
    }

    void journalIsBoundedAndSurvivesAnything()
    {
        const QTemporaryDir directory;
        const QString path = directory.filePath(QStringLiteral("journal"));
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("{\"at\":\"2026-01-31T00:00:00.000Z\",\"node\":\"a\",\"state\":\"no such state\"}\n\xff\xfe\n{}\n[]\n" +
                   QByteArray(100'000, 'x'));
        file.write("\n{\"at\":\"2026-01-31T00:00:00.000Z\",\"node\":\"a\\u202e\\n\",\"state\":\"unsafe\",\"reason\":\"\\u001b\"}\n");
        file.close();
        const auto few = readJournal(path);
        QCOMPARE(few.size(), std::size_t{1});
        QCOMPARE(few.front().node, QStringLiteral("a"));
        QCOMPARE(few.front().reason, QString());
        QVERIFY(file.open(QIODevice::Append));
        for (std::size_t line = 0; line < 2 * Timeline::mostEntries + 10; ++line) {
            file.write(journalLine(entry(static_cast<int>(line), "b", line % 2 == 0 ? RowState::InSync : RowState::Drifted)));
        }
        file.close();
        QCOMPARE(readJournal(path).size(), Timeline::mostEntries);
        QCOMPARE(static_cast<std::size_t>(contentOf(path).count('\n')), Timeline::mostEntries);
        QVERIFY(readJournal(directory.path()).empty()); // a folder
        QVERIFY(readJournal(QStringLiteral("/dev/zero")).empty());
    }

    void pathFollowsTheSpecification()
    {
        qputenv("XDG_STATE_HOME", "/x");
        QCOMPARE(journalPath(), QStringLiteral("/x/dns-notrack/viewer-journal.jsonl"));
        qputenv("XDG_STATE_HOME", "relative");
        QVERIFY(journalPath().endsWith(QStringLiteral("/.local/state/dns-notrack/viewer-journal.jsonl")));
        qunsetenv("XDG_STATE_HOME");
    }

    void theTableShowsSince()
    {
        std::vector<MemoryChannel*> channels;
        FleetWatch watch({}, [&](QObject* parent) { return new MemoryChannel(parent, channels); });
        watch.timeline().begin({entry(0, "a", RowState::InSync)}, midnight.addSecs(60));
        watch.setNodes({node(QStringLiteral("a"))});
        const auto cell = [&watch] { return watch.model().index(0, FleetModel::SinceWhen).data().toString(); };
        QCOMPARE(cell(), QStringLiteral("–"));
        report(watch.model(), QStringLiteral("a"), sampleReport("a"), steadyNow());
        QCOMPARE(cell(), momentText(midnight) + QStringLiteral(", gap"));
        report(watch.model(), QStringLiteral("a"), driftedReport("a"), steadyNow());
        QCOMPARE(cell(), momentText(QDateTime::currentDateTimeUtc()));
        watch.model().takeLink(QStringLiteral("a"), {LinkPhase::Connecting, LinkProblem::None, {}, 0});
        QCOMPARE(cell(), QStringLiteral("–")); // nobody knows what it is in now
    }
};

QTEST_GUILESS_MAIN(TimelineTest)
#include "timeline_test.moc"
