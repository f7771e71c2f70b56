#include "gui/model/export.h"
#include "gui/model/keyed_tree_model.h"
#include "gui/model/remedy.h"
#include "gui/model/what_if_rows.h"
#include "gui/remote/captures.h"
#include "gui/view/capture_saver.h"
#include "gui/view/fitted_tree.h"
#include "gui/view/fleet_page.h"
#include "gui/view/main_window.h"
#include "gui/view/node_page.h"
#include "gui/view/notice_bar.h"
#include "gui/view/what_if_dialog.h"
#include "tests/gui/memory_channel.h"
#include "tests/gui/sample_reports.h"
#include "tests/gui/watched_nodes.h"

#include "core/report/report_codec.h"

#include <QDropEvent>
#include <QFile>
#include <QMimeData>
#include <QProgressDialog>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeView>

#include <sys/stat.h>

using namespace notrack;
using namespace notrack::gui;

namespace
{

const QString samples = QStringLiteral(NOTRACK_SOURCE_DIR "/tests/data/captures");
const QString sample = samples + QStringLiteral("/iptables-stateful-forward.json");
const QString sampleNode = QStringLiteral("n-ebbcde4f996e");

void writeText(const QString& path, const QByteArray& text)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text);
}

QByteArray contents(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// "name: state, note" a line.
QString rowsOf(const FleetModel& fleet)
{
    QStringList lines;
    for (int row = 0; row < fleet.rowCount(); ++row) {
        const NodeRecord& record = fleet.record(row);
        lines.append(QStringLiteral("%1: %2: %3").arg(record.entry.name, record.stateText(), record.note(steadyNow()).left(40)));
    }
    return lines.join(QLatin1Char('\n'));
}

/// A window on captures alone.
struct Opened
{
    explicit Opened(const QStringList& paths)
        : window(preferencesFor(paths), Remember::NoSources, [this](QObject* parent) { return new MemoryChannel(parent, channels); })
    {
        window.resize(1180, 780);
        window.show();
        window.loadSources();
    }

    static Preferences preferencesFor(const QStringList& paths)
    {
        Preferences preferences;
        preferences.sources.captures = paths;
        return preferences;
    }

    std::vector<MemoryChannel*> channels;
    MainWindow window;
};

} // namespace

/// Captures of nodes as a fleet, a profile tried on them, and one taken of a node.
class CapturedFleetTest : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName(QStringLiteral("dns-notrack"));
        QCoreApplication::setApplicationName(QStringLiteral("captured-fleet-test"));
    }

    void whatIsNoCaptureIsTold()
    {
        QTemporaryDir folder;
        const QString path = folder.path();
        QVERIFY(QFile::copy(sample, path + QStringLiteral("/a.json")));
        QVERIFY(QFile::copy(sample, path + QStringLiteral("/b.json")));
        writeText(path + QStringLiteral("/c.json"), "{\"schema\": \"something\"}");
        writeText(path + QStringLiteral("/notes.txt"), "a\n");
        QByteArray unjudged = contents(sample);
        unjudged.replace("n-ebbcde4f996e", "unjudged");
        const qsizetype report = unjudged.indexOf("\n \"report\":");
        QVERIFY(report > 0);
        writeText(path + QStringLiteral("/d.json"), unjudged.left(unjudged.lastIndexOf(',', report)) + "\n}\n");
        QCOMPARE(mkfifo((path + QStringLiteral("/e.json")).toUtf8().constData(), 0600), 0);
        const Inventory inventory = readCaptures(path);
        QStringList names;
        for (const NodeEntry& node : inventory.nodes) {
            names.append(node.name);
        }
        QCOMPARE(names.join(QLatin1Char('|')), QStringLiteral("n-ebbcde4f996e|n-ebbcde4f996e (b.json)|unjudged"));
        QCOMPARE(inventory.problems.filter(QStringLiteral("c.json: no capture: ")).size(), 1);
        QVERIFY(inventory.problems.filter(QStringLiteral("notes")).isEmpty());
        QVERIFY(!inventory.nodes[2].captured->report);
        QVERIFY(holdsCaptures(path) && holdsCaptures(sample) && !holdsCaptures(path + QStringLiteral("/notes.txt")) &&
                !holdsCaptures(path + QStringLiteral("/e.json")));
        QVERIFY(!readCaptures(path + QStringLiteral("/nowhere.json")).problems.isEmpty());
        QVERIFY(!readCaptures(path + QStringLiteral("/e.json")).problems.isEmpty());
    }

    void theyAreAFleetThatNobodyAsks()
    {
        Opened opened({samples});
        const FleetModel& fleet = opened.window.watch().model();
        QTRY_COMPARE(fleet.rowCount(), 2);
        QVERIFY(opened.channels.empty());
        const NodeRecord& record = *fleet.find(sampleNode);
        QCOMPARE(record.stateText(), QStringLiteral("unsafe, captured"));
        QVERIFY(!record.isFresh() && !record.lastKnown());
        QCOMPARE(fleet.index(fleet.rowOf(sampleNode), FleetModel::Untracked).data().toString(), QStringLiteral("–"));
        QCOMPARE(remedy(record, {}).command, QStringLiteral("dns-notrack apply --check --diff --capture ") + shellQuoted(sample));
        opened.window.fleetPage()->chooseNode(sampleNode);
        opened.window.nodePage()->openDoctor();
        QVERIFY(opened.window.nodePage()->pageText().contains(QStringLiteral("stateful-forward")));
        const auto notices = opened.window.nodePage()->findChildren<NoticeBar*>();
        QVERIFY(std::any_of(notices.begin(), notices.end(),
                            [](const NoticeBar* bar) { return bar->text().startsWith(QStringLiteral("A redacted capture of ")); }));
        QVERIFY(toJson(exportedNodes(fleet)).contains("\"capture\": \"" + sample.toUtf8() + '"'));
        opened.window.watch().connection().reconnect(sampleNode);
        opened.window.watch().connection().askDoctor(sampleNode);
        opened.window.watch().model().judgeFreshness(steadyNow() + 1'000'000);
        QTest::qWait(50);
        QVERIFY(opened.channels.empty());
        QCOMPARE(record.stateText(), QStringLiteral("unsafe, captured"));
    }

    void aNodeThatIsWatchedKeepsItsName()
    {
        std::vector<MemoryChannel*> channels;
        Preferences preferences = Opened::preferencesFor({sample});
        preferences.sources.nodes = QStringList{sampleNode};
        MainWindow window(preferences, Remember::NoSources, [&](QObject* parent) { return new MemoryChannel(parent, channels); });
        window.loadSources();
        QTRY_COMPARE(window.watch().model().rowCount(), 2);
        QTRY_COMPARE(channels.size(), std::size_t{1});
        channels[0]->say(lineOf(sampleReport("n-ebbcde4f996e")));
        QTRY_COMPARE(
            rowsOf(window.watch().model()),
            QStringLiteral("n-ebbcde4f996e: in sync, not verified: not verified: nobody has shown yet that \n"
                           "n-ebbcde4f996e (iptables-stateful-forward.json): unsafe, captured: stateful-forward: The packet filter lets"));
    }

    void theyAreDropped()
    {
        QTemporaryDir folder;
        const QString list = folder.filePath(QStringLiteral("hosts"));
        writeText(list, "dropped-1\n");
        Opened opened({});
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(sample), QUrl::fromLocalFile(list), QUrl(QStringLiteral("https://example.org/a.json"))});
        QDragEnterEvent enter(QPoint(300, 300), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&opened.window, &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop(QPointF(300, 300), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&opened.window, &drop);
        QTRY_COMPARE(opened.window.watch().model().rowCount(), 2);
        QVERIFY(opened.window.watch().model().find(sampleNode)->isCaptured());
        QVERIFY(!opened.window.watch().model().find(QStringLiteral("dropped-1"))->isCaptured());
    }

    void aProfileIsTriedOnThem()
    {
        std::vector<MemoryChannel*> channels;
        const ChannelFactory makeChannel = [&](QObject* parent) { return new MemoryChannel(parent, channels); };
        std::vector<NodeEntry> nodes;
        for (const char* name : {"a", "b", "c"}) {
            auto captured = std::make_shared<CapturedReport>();
            captured->path = QStringLiteral("/tmp/%1.json").arg(QLatin1String(name));
            nodes.push_back({QLatin1String(name), {}});
            nodes.back().captured = captured;
        }
        auto* whatIf = new WhatIf(makeChannel, QStringLiteral("/usr/sbin/dns-notrack"), QStringLiteral("/tmp/p.yaml"), nodes, nullptr);
        WhatIfDialog dialog(whatIf, QStringLiteral("/tmp/p.yaml"), nullptr);
        QTRY_COMPARE(channels.size(), std::size_t{2}); // two at a time
        QCOMPARE(channels[0]->command.program, QStringLiteral("/usr/sbin/dns-notrack"));
        QCOMPARE(channels[0]->command.arguments.join(QLatin1Char(' ')),
                 QStringLiteral("apply --check --capture /tmp/a.json --profile /tmp/p.yaml --output json"));
        channels[0]->say(QByteArray::fromStdString(writeReportIndented(driftedReport("a"))));
        channels[0]->end(2);
        Report refused = sampleReport("b");
        refused.state = NodeState::Unsafe;
        refused.findings.push_back({"stateful-forward", Severity::Fatal, "answers are dropped", {":FORWARD DROP"}, {}, false});
        channels[1]->say(QByteArray::fromStdString(writeReportIndented(refused)));
        channels[1]->end(3);
        QTRY_VERIFY(channels.size() == 1 && channels[0]->command.arguments.contains(QStringLiteral("/tmp/c.json")));
        channels[0]->end(65, "dns-notrack: /tmp/p.yaml:3: no such key\n");
        QTRY_COMPARE(dialog.summary(), QStringLiteral("3 of 3 capture(s) judged; would refuse: 1, cannot be judged: 1, would change: 1"));
        QCOMPARE(printModel(*dialog.tree()->model()),
                 QStringLiteral("b | would refuse | stateful-forward: answers are dropped\n"
                                "  stateful-forward | breaks DNS | answers are dropped: :FORWARD DROP\n"
                                "c | cannot be judged | the runner refuses its profile: dns-notrack: /tmp/p.yaml:3: no such key\n"
                                "a | would change | lines that come: 1; that go: 1\n"
                                "  other-notrack | warning | somebody else's rule does the same: -A PREROUTING -j CT --notrack\n") +
                     linesOf(driftedReport("a").diff));
        QCOMPARE(dialog.fault()->text(), QString());
    }

    void aMissingRunnerIsToldOnce()
    {
        std::vector<MemoryChannel*> channels;
        Inventory inventory = readCaptures(samples);
        auto* whatIf = new WhatIf([&](QObject* parent) { return new MemoryChannel(parent, channels); }, {}, QStringLiteral("/tmp/p.yaml"),
                                  inventory.nodes, nullptr);
        const WhatIfDialog dialog(whatIf, QStringLiteral("/tmp/p.yaml"), nullptr);
        QTest::qWait(50);
        QVERIFY(channels.empty());
        QCOMPARE(dialog.fault()->text(),
                 QStringLiteral("This machine has no dns-notrack, which judges captures: install its package here."));
        QCOMPARE(dialog.summary(), QStringLiteral("0 of 2 capture(s) judged"));
        QCOMPARE(dialog.tree()->model()->rowCount(), 0); // nobody waits
    }

    void oneIsTakenOfANode()
    {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("a.json"));
        std::vector<MemoryChannel*> channels;
        QWidget window;
        const ChannelFactory makeChannel = [&](QObject* parent) { return new MemoryChannel(parent, channels); };
        const auto take = [&](const QByteArray& output, int exitCode, const QByteArray& words) {
            const auto* saver = new CaptureSaver(makeChannel, {}, QStringLiteral("a"), path, &window);
            QSignalSpy done(saver, &CaptureSaver::done);
            channels.back()->say(output);
            channels.back()->end(exitCode, words);
            done.wait(5000);
            return done.value(0).value(0).toString();
        };
        QCOMPARE(
            take({}, 1, "sudo: a password is required\n"),
            QStringLiteral("No capture was taken: the runner ended with exit code 1: sudo: a password is required. A capture shows the "
                           "whole firewall, so sudoers lets nobody take one unless the node's administrator adds the line for "
                           "dns-notrack-capture that stands in /etc/sudoers.d/dns-notrack."));
        QVERIFY(take("hello\n", 0, {}).startsWith(QStringLiteral("What the node printed is no capture: ")));
        QVERIFY(!QFile::exists(path));
        QCOMPARE(take("Welcome\n" + contents(sample), 0, {}),
                 QStringLiteral("Saved %1. It shows the whole firewall of the node.").arg(path));
        QCOMPARE(contents(path), contents(sample));
        QCOMPARE(QFile::permissions(path) & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());
        QTRY_VERIFY(window.findChildren<QProgressDialog*>().isEmpty());
        new CaptureSaver(makeChannel, {}, QStringLiteral("a"), path, &window);
        const QPointer<MemoryChannel> channel = channels.back();
        emit window.findChild<QProgressDialog*>()->canceled();
        QTRY_VERIFY(channel.isNull());
        QTRY_VERIFY(window.findChildren<QProgressDialog*>().isEmpty());
    }

private:
    static QString linesOf(const std::string& diff)
    {
        QString text;
        const QStringList lines = QString::fromStdString(diff).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
        for (const QString& line : lines) {
            text += QStringLiteral("   |  | ") + line + QLatin1Char('\n');
        }
        return text;
    }
};

QTEST_MAIN(CapturedFleetTest)
#include "captured_fleet_test.moc"
