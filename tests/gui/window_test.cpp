#include "gui/view/fleet_page.h"
#include "gui/view/history_chart.h"
#include "gui/view/main_window.h"
#include "gui/view/node_page.h"
#include "gui/view/question_dialog.h"
#include "gui/view/settings_dialog.h"
#include "gui/view/shortcuts_dialog.h"
#include "gui/view/summary_bar.h"
#include "tests/gui/memory_channel.h"
#include "tests/gui/sample_reports.h"

#include <QAction>
#include <QClipboard>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTabWidget>
#include <QTest>
#include <QToolButton>
#include <QTreeView>

using namespace notrack;
using namespace notrack::gui;

namespace
{

Preferences watching(const QStringList& nodes)
{
    Preferences preferences;
    preferences.sources.nodes = nodes;
    return preferences;
}

} // namespace

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
        MainWindow window({}, MainWindow::Sources::Remember, [&](QObject* parent) { return new MemoryChannel(parent, channels); });
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
        MainWindow window(watching({QStringLiteral("a"), QStringLiteral("b")}), MainWindow::Sources::Forget,
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
            QVERIFY2(!window.nodePage()->pageText().isEmpty(), qPrintable(window.nodePage()->tabs()->tabText(page)));
            QVERIFY(!window.grab().isNull());
        }
        window.fleetPage()->clearFilters();
        QCOMPARE(window.fleetPage()->table()->model()->rowCount(), 2);
        QCOMPARE(window.fleetPage()->currentNode(), QStringLiteral("b"));
        window.fleetPage()->table()->setColumnHidden(FleetModel::Profile, true);
        QVERIFY(!window.fleetPage()->shownColumns().contains(int(FleetModel::Profile)));
        QVERIFY(window.fleetPage()->selectionText().startsWith(QStringLiteral("b\t")));
    }

    void widgetsHaveAccessibleNames()
    {
        std::vector<MemoryChannel*> channels;
        MainWindow window({}, MainWindow::Sources::Forget, [&](QObject* parent) { return new MemoryChannel(parent, channels); });
        QStringList nameless;
        const auto views = window.findChildren<QAbstractScrollArea*>();
        for (const QAbstractScrollArea* view : views) {
            if (view->accessibleName().isEmpty() && qobject_cast<const QHeaderView*>(view) == nullptr && !view->inherits("QComboBoxListView")) {
                nameless.append(QString::fromLatin1(view->metaObject()->className()));
            }
        }
        QCOMPARE(nameless.join(QLatin1Char(' ')), QString());
        const auto labels = window.findChildren<QLabel*>();
        for (const QLabel* label : labels) {
            QVERIFY(label->textFormat() == Qt::PlainText || label->text().isEmpty());
        }
    }

    void shortcutsAreUnique()
    {
        std::vector<MemoryChannel*> channels;
        MainWindow window({}, MainWindow::Sources::Forget, [&](QObject* parent) { return new MemoryChannel(parent, channels); });
        QStringList shortcuts;
        const auto actions = window.findChildren<QAction*>();
        for (const QAction* action : actions) {
            if (!action->shortcut().isEmpty()) {
                QVERIFY2(!shortcuts.contains(action->shortcut().toString()), qPrintable(action->text()));
                shortcuts.append(action->shortcut().toString());
            }
        }
        QVERIFY(shortcuts.size() >= 15);
    }

    void columnsAndSettingsAreRemembered()
    {
        std::vector<MemoryChannel*> channels;
        const auto make = [&](QObject* parent) { return new MemoryChannel(parent, channels); };
        {
            MainWindow window({}, MainWindow::Sources::Forget, make);
            window.show();
            window.fleetPage()->table()->setColumnHidden(FleetModel::Groups, true);
            window.close();
        }
        const MainWindow again({}, MainWindow::Sources::Forget, make);
        QVERIFY(again.fleetPage()->table()->isColumnHidden(FleetModel::Groups));
        Preferences preferences = watching({QStringLiteral("a")});
        preferences.connection.interval = 7;
        preferences.connection.runnerByGroup.insert(QStringLiteral("edge"), QStringLiteral("sudo -n /x"));
        QSettings settings;
        writePreferences(settings, preferences);
        QCOMPARE(readPreferences(settings).connection, preferences.connection);
        QCOMPARE(readPreferences(settings).sources, preferences.sources);
        QCOMPARE(fromGroupLines(toGroupLines(preferences.connection.runnerByGroup)), preferences.connection.runnerByGroup);
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
