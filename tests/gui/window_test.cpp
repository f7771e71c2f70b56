#include "gui/view/find_bar.h"
#include "gui/view/fitted_tree.h"
#include "gui/view/fleet_page.h"
#include "gui/view/history_chart.h"
#include "gui/view/main_window.h"
#include "gui/view/node_page.h"
#include "gui/view/question_dialog.h"
#include "gui/view/settings_dialog.h"
#include "gui/view/shortcuts_dialog.h"
#include "gui/view/summary_bar.h"
#include "gui/view/text_page.h"
#include "gui/view/tree_page.h"
#include "tests/gui/memory_channel.h"
#include "tests/gui/sample_reports.h"
#include "tests/gui/watched_nodes.h"

#include <QAbstractItemModelTester>
#include <QAction>
#include <QClipboard>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QHeaderView>
#include <QLineEdit>
#include <QMenu>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QStatusBar>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <QToolButton>
#include <QTreeView>

using namespace notrack;
using namespace notrack::gui;

class WindowTest : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName(QStringLiteral("dns-notrack"));
        QCoreApplication::setApplicationName(QStringLiteral("window-test"));
    }

    void init() { QSettings().clear(); }

    void firstStartExplainsItself()
    {
        std::vector<MemoryChannel*> channels;
        MainWindow window({}, Remember::Sources, [&](QObject* parent) { return new MemoryChannel(parent, channels); });
        window.show();
        window.loadSources();
        const auto buttons = window.findChildren<QPushButton*>();
        QVERIFY(std::any_of(buttons.begin(), buttons.end(), [](const QPushButton* button) {
            return button->isVisible() && button->text().contains(QStringLiteral("inventory"));
        }));
        QVERIFY(!window.fleetPage()->isVisible());
    }

    void nodesAppearAndFilter()
    {
        std::vector<MemoryChannel*> channels;
        MainWindow window(watching({QStringLiteral("a"), QStringLiteral("b")}), Remember::NoSources,
                          [&](QObject* parent) { return new MemoryChannel(parent, channels); });
        window.show();
        window.loadSources();
        QTRY_COMPARE(channels.size(), std::size_t{2});
        channels[0]->say(lineOf(sampleReport("a")));
        channels[1]->say(lineOf(driftedReport("b")));
        QToolButton* drifted = window.fleetPage()->summary()->button(RowState::Drifted);
        QTRY_COMPARE(drifted->text(), QStringLiteral("1 drifted"));
        QVERIFY(drifted->isVisible());
        drifted->click();
        QCOMPARE(window.fleetPage()->table()->model()->rowCount(), 1);
        window.fleetPage()->chooseNode(QStringLiteral("b"));
        for (int page = 0; page < window.nodePage()->tabs()->count(); ++page) {
            window.nodePage()->tabs()->setCurrentIndex(page);
            QTRY_VERIFY2(!window.nodePage()->pageText().isEmpty(), qPrintable(window.nodePage()->tabs()->tabText(page)));
            QVERIFY(!window.grab().isNull());
        }
        window.fleetPage()->clearFilters();
        QCOMPARE(window.fleetPage()->table()->model()->rowCount(), 2);
        QCOMPARE(window.fleetPage()->currentNode(), QStringLiteral("b"));
        window.fleetPage()->table()->setColumnHidden(FleetModel::Profile, true);
        QVERIFY(!window.fleetPage()->shownColumns().contains(int(FleetModel::Profile)));
        QVERIFY(window.fleetPage()->selectionText().startsWith(QStringLiteral("b\t")));
    }

    void emptyPagesSayWhyAndRowsAppearOpen()
    {
        std::vector<MemoryChannel*> channels;
        MainWindow window(watching({QStringLiteral("a")}), Remember::NoSources,
                          [&](QObject* parent) { return new MemoryChannel(parent, channels); });
        window.show();
        window.loadSources();
        QTRY_COMPARE(channels.size(), std::size_t{1});
        window.fleetPage()->chooseNode(QStringLiteral("a"));
        QTabWidget* tabs = window.nodePage()->tabs();
        const auto* rules = qobject_cast<const FittedTree*>(tabs->widget(0));
        QVERIFY(rules->placeholder().startsWith(QStringLiteral("No report")));
        Report oneFamily = sampleReport("a");
        oneFamily.families.resize(1);
        channels[0]->say(lineOf(oneFamily));
        QTRY_COMPARE(rules->model()->rowCount(), 1);
        channels[0]->say(lineOf(sampleReport("a")));
        QTRY_COMPARE(rules->model()->rowCount(), 2);
        for (int family = 0; family < 2; ++family) {
            QVERIFY(rules->isExpanded(rules->model()->index(family, 0)));
            QVERIFY(rules->isExpanded(rules->model()->index(1, 0, rules->model()->index(family, 0))));
        }
        tabs->setCurrentIndex(2);
        QVERIFY(qobject_cast<const FittedTree*>(tabs->widget(2))->placeholder().startsWith(QStringLiteral("Nothing about this node")));
        tabs->setCurrentIndex(1);
        QCOMPARE(window.nodePage()->pageText(), QStringLiteral("The kernel holds what the profile asks for."));
    }

    void everyModelHoldsItsContract()
    {
        std::vector<MemoryChannel*> channels;
        MainWindow window(watching({QStringLiteral("a"), QStringLiteral("b")}), Remember::NoSources,
                          [&](QObject* parent) { return new MemoryChannel(parent, channels); });
        std::vector<std::unique_ptr<QAbstractItemModelTester>> testers;
        constexpr auto failOnError = QAbstractItemModelTester::FailureReportingMode::QtTest;
        testers.push_back(std::make_unique<QAbstractItemModelTester>(&window.watch().model(), failOnError));
        const auto views = window.findChildren<QTreeView*>();
        for (const QTreeView* view : views) {
            testers.push_back(std::make_unique<QAbstractItemModelTester>(view->model(), failOnError));
        }
        QCOMPARE(testers.size(), std::size_t{11}); // fleet, its filter, causes and timeline, six pages
        window.show();
        window.loadSources();
        QTRY_COMPARE(channels.size(), std::size_t{2});
        for (const Report& report : {sampleReport("a", 10), driftedReport("a", 20), sampleReport("a", 5)}) {
            channels[0]->say(lineOf(report));
            const auto packets = report.families.front().jumps.front().counters.packets;
            const NodeRecord* record = window.watch().model().find(QStringLiteral("a"));
            QTRY_VERIFY(record->report && record->report->families.front().jumps.front().counters.packets == packets);
            for (int page = 0; page < window.nodePage()->tabs()->count(); ++page) {
                window.nodePage()->tabs()->setCurrentIndex(page);
            }
            window.fleetPage()->search()->setText(QStringLiteral("drifted"));
            window.fleetPage()->clearFilters();
        }
        window.watch().setNodes({});
        QCOMPARE(window.fleetPage()->table()->model()->rowCount(), 0);
    }

    void exportsAreSaved_data()
    {
        QTest::addColumn<int>("key");
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("start");
        const int control = static_cast<int>(Qt::ControlModifier);
        QTest::newRow("table") << (control | Qt::Key_E) << "table.csv" << QByteArray("Node,State,Note,Since,Age,Groups");
        QTest::newRow("reports") << (control | static_cast<int>(Qt::ShiftModifier) | Qt::Key_E) << "reports.json"
                                 << QByteArray("{\n    \"nodes\"");
    }

    void exportsAreSaved()
    {
        QFETCH(int, key);
        QFETCH(QString, name);
        QFETCH(QByteArray, start);
        std::vector<MemoryChannel*> channels;
        MainWindow window(watching({QStringLiteral("a")}), Remember::NoSources,
                          [&](QObject* parent) { return new MemoryChannel(parent, channels); });
        window.show();
        window.loadSources();
        QTRY_COMPARE(channels.size(), std::size_t{1});
        const QTemporaryDir directory;
        const QString path = directory.filePath(name);
        QTimer answer;
        connect(&answer, &QTimer::timeout, this, [&] {
            if (auto* dialog = qobject_cast<QFileDialog*>(QApplication::activeModalWidget())) {
                dialog->findChild<QLineEdit*>(QStringLiteral("fileNameEdit"))->setText(path);
                dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Save)->click();
            }
        });
        answer.start(20);
        const auto actions = window.findChildren<QAction*>();
        const auto found =
            std::find_if(actions.begin(), actions.end(), [key](const QAction* action) { return action->shortcut() == QKeySequence(key); });
        QVERIFY(found != actions.end());
        (*found)->trigger();
        QTRY_COMPARE(window.statusBar()->currentMessage(), QStringLiteral("Saved ") + path);
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(file.readAll().startsWith(start));
    }

    void selectedRowsAreCopied()
    {
        const Timeline timeline;
        NodePage page(timeline);
        NodeRecord record;
        record.report = std::make_shared<const Report>(driftedReport("a"));
        page.show(&record);
        QVERIFY(page.pageText().startsWith(QStringLiteral("IPv4\n")));
        auto* tree = qobject_cast<QTreeView*>(page.tabs()->currentWidget());
        const QModelIndex chain = tree->model()->index(1, 0, tree->model()->index(0, 0));
        tree->setCurrentIndex(tree->model()->index(2, 0, chain));
        QCOMPARE(page.pageText(), QStringLiteral("-p udp -j ACCEPT\tunexpected\t7\t490\t–\t–"));
    }

    void textKeepsItsSelection()
    {
        LogPage page;
        NodeRecord record;
        for (const char* line : {"one", "two", "three"}) {
            addLogLine(record, QString::fromLatin1(line));
        }
        page.show(record);
        QVERIFY(page.text().endsWith(QStringLiteral("three")));
        QVERIFY(page.find(QStringLiteral("TWO"), Direction::Forward));
        QCOMPARE(page.text(), QStringLiteral("two"));
        addLogLine(record, QStringLiteral("four"));
        record.log.pop_front();
        page.show(record);
        QCOMPARE(page.text(), QStringLiteral("two")); // is still selected
        QVERIFY(page.toPlainText().endsWith(QStringLiteral("four")) && !page.toPlainText().contains(QStringLiteral("one")));
        QVERIFY(page.find(QStringLiteral("four"), Direction::Forward));
        QVERIFY(page.find(QStringLiteral("two"), Direction::Forward)); // round the end
        QVERIFY(!page.find(QStringLiteral("five"), Direction::Backward));
        QCOMPARE(page.text(), QStringLiteral("two"));
    }

    void wordsAreFoundInRows()
    {
        RulePage page;
        NodeRecord record;
        record.report = std::make_shared<const Report>(driftedReport("a"));
        page.show(record);
        QVERIFY(page.find(QStringLiteral("unexpected"), Direction::Forward));
        QVERIFY(page.text().startsWith(QStringLiteral("-p udp -j ACCEPT")));
        QVERIFY(page.find(QStringLiteral("prerouting"), Direction::Forward)); // in the next family
        QVERIFY(page.find(QStringLiteral("unexpected"), Direction::Backward));
        QCOMPARE(page.text(), QStringLiteral("-p udp -j ACCEPT\tunexpected\t7\t490\t–\t–"));
        QVERIFY(!page.find(QStringLiteral("nowhere"), Direction::Forward));
    }

    void whatTheCommandLineAskedForIsNotKept()
    {
        Preferences usual;
        usual.connection.runner = QStringLiteral("/usual");
        QSettings settings;
        writePreferences(settings, usual);
        Preferences once = usual;
        once.connection.runner = QStringLiteral("/once");
        once.connection.interval = 30;
        Workspace workspace(once, Remember::Sources);
        workspace.addNode(QStringLiteral("a"));
        QCOMPARE(readPreferences(settings).connection, usual.connection);
        QCOMPARE(readPreferences(settings).sources.nodes, QStringList{QStringLiteral("a")});
        Preferences changed = workspace.preferences();
        changed.connection.pollPool = 3;
        workspace.setPreferences(changed);
        QCOMPARE(readPreferences(settings).connection.runner, QStringLiteral("/usual"));
        QCOMPARE(readPreferences(settings).connection.pollPool, 3);
        QCOMPARE(workspace.preferences().connection.runner, QStringLiteral("/once"));
    }

    void intervalsAreThoseOfSudoers()
    {
        QFile sudoers(QStringLiteral(NOTRACK_SOURCE_DIR "/packaging/sudoers/dns-notrack.in"));
        QVERIFY(sudoers.open(QIODevice::ReadOnly));
        const QString text = QString::fromUtf8(sudoers.readAll());
        for (const int seconds : intervals) {
            QVERIFY(text.contains(QStringLiteral("/dns-notrack status --watch %1 --output json, ").arg(seconds)));
        }
        QCOMPARE(text.count(QStringLiteral("--watch")), 2 * static_cast<qsizetype>(intervals.size()));
        QCOMPARE(nearestInterval(7), 5);
        QCOMPARE(nearestInterval(3600), 300);
    }

    void columnsAndSettingsAreRemembered()
    {
        std::vector<MemoryChannel*> channels;
        const auto make = [&](QObject* parent) { return new MemoryChannel(parent, channels); };
        {
            MainWindow window({}, Remember::NoSources, make);
            window.show();
            window.fleetPage()->table()->setColumnHidden(FleetModel::Groups, true);
            window.close();
        }
        const MainWindow again({}, Remember::NoSources, make);
        QVERIFY(again.fleetPage()->table()->isColumnHidden(FleetModel::Groups));
        Preferences preferences = watching({QStringLiteral("a")});
        preferences.connection.interval = 10;
        preferences.connection.runnerByGroup.insert(QStringLiteral("edge"), QStringLiteral("sudo -n /x"));
        QSettings settings;
        writePreferences(settings, preferences);
        QCOMPARE(readPreferences(settings).connection, preferences.connection);
        QCOMPARE(readPreferences(settings).sources, preferences.sources);
        QCOMPARE(fromGroupLines(toGroupLines(preferences.connection.runnerByGroup)), preferences.connection.runnerByGroup);
        preferences.connection.sshArguments = QStringList{QStringLiteral("-F"), QStringLiteral("my \"own\" config")};
        QCOMPARE(SettingsDialog(preferences, nullptr).preferences().connection, preferences.connection);
    }

    void questions()
    {
        QuestionDialog confirm({QStringLiteral("a"), QStringLiteral("<b>Continue (yes/no)?</b>"), QuestionKind::Confirm}, nullptr);
        QCOMPARE(confirm.answer(), QStringLiteral("yes"));
        QVERIFY(!confirm.findChild<QPushButton*>(QStringLiteral("accept"))->isDefault());
        QuestionDialog secret({QStringLiteral("a"), QStringLiteral("Passphrase:"), QuestionKind::Secret}, nullptr);
        secret.findChild<QLineEdit*>()->setText(QStringLiteral("x y"));
        QCOMPARE(secret.answer(), QStringLiteral("x y"));
    }

    void notificationsAreGathered()
    {
        Notifier notifier;
        QSignalSpy notified(&notifier, &Notifier::notified);
        for (int count = 0; count < 10; ++count) {
            notifier.add(QStringLiteral("n%1").arg(count), RowState::Drifted);
        }
        QVERIFY(notified.wait(4000));
        QCOMPARE(notified.count(), 1);
        QVERIFY(notified.first().at(1).toString().endsWith(QStringLiteral("4 more")));
    }

    void chartSurvivesEverySize()
    {
        HistoryChart chart;
        NodeHistory history;
        for (int second = 0; second < 20; ++second) {
            history.take(sampleReport("a", second == 10 ? 0U : static_cast<unsigned>(second) * 100), 1000 + second * 1000, 20'000);
        }
        chart.setSamples(history.samples());
        for (const QSize size : {QSize(1, 1), QSize(120, 60), QSize(400, 200), QSize(1600, 900)}) {
            chart.resize(size);
            QVERIFY(!chart.grab().isNull());
        }
    }
};

QTEST_MAIN(WindowTest)
#include "window_test.moc"
