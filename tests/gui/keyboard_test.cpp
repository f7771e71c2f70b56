#include "gui/view/find_bar.h"
#include "gui/view/fleet_page.h"
#include "gui/view/main_window.h"
#include "gui/view/node_page.h"
#include "gui/view/question_dialog.h"
#include "gui/view/settings_dialog.h"
#include "tests/gui/memory_channel.h"
#include "tests/gui/sample_reports.h"
#include "tests/gui/watched_nodes.h"

#include <QAbstractSpinBox>
#include <QAccessible>
#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QStandardPaths>
#include <QTabBar>
#include <QTabWidget>
#include <QTest>
#include <QTreeView>

using namespace notrack;
using namespace notrack::gui;

namespace
{

/// Adds what takes the focus and has no name.
void walk(QAccessibleInterface* place, QStringList& nameless, int depth)
{
    constexpr int deepest = 40;
    QVERIFY(place != nullptr && depth < deepest);
    const bool cell = place->tableCellInterface() != nullptr; // an empty cell has nothing to say
    if (place->state().focusable && !place->state().invisible && !cell && place->text(QAccessible::Name).isEmpty()) {
        const QObject* object = place->object();
        nameless.append(object == nullptr ? QStringLiteral("role %1").arg(place->role())
                                          : QString::fromLatin1(object->metaObject()->className()));
    }
    for (int child = 0; child < place->childCount(); ++child) {
        if (QAccessibleInterface* below = place->child(child)) {
            walk(below, nameless, depth + 1);
        }
    }
}

} // namespace

/// The window for those who use no mouse, or no eyes.
class KeyboardTest : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName(QStringLiteral("dns-notrack"));
        QCoreApplication::setApplicationName(QStringLiteral("keyboard-test"));
    }

    void everythingByKeyboard()
    {
        std::vector<MemoryChannel*> channels;
        MainWindow window(watching({QStringLiteral("a"), QStringLiteral("b"), QStringLiteral("c")}), Remember::NoSources,
                          [&](QObject* parent) { return new MemoryChannel(parent, channels); });
        window.show();
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        window.loadSources();
        QTRY_COMPARE(channels.size(), std::size_t{3});
        QTreeView* table = window.fleetPage()->table();
        QTest::keyClick(&window, Qt::Key_F, Qt::ControlModifier);
        QVERIFY(window.fleetPage()->search()->hasFocus());
        QTest::keyClicks(window.fleetPage()->search(), QStringLiteral("b"));
        QCOMPARE(table->model()->rowCount(), 1);
        QTest::keyClick(&window, Qt::Key_Escape);
        QCOMPARE(table->model()->rowCount(), 3);
        QVERIFY(table->hasFocus());
        window.fleetPage()->chooseNode(QStringLiteral("b"));
        QTest::keyClick(&window, Qt::Key_P, Qt::ControlModifier);
        QCOMPARE(window.watch().model().find(QStringLiteral("b"))->state(), RowState::Paused);
        QTest::keyClick(&window, Qt::Key_F5);
        QTRY_COMPARE(window.watch().model().find(QStringLiteral("b"))->state(), RowState::Connecting);
        QMenu orders;
        window.fleetPage()->fillSortMenu(orders);
        QCOMPARE(orders.actions().size(), static_cast<qsizetype>(FleetModel::ColumnCount) - 1); // the profile is hidden at first
        table->sortByColumn(FleetModel::Node, Qt::AscendingOrder);
        window.fleetPage()->fillSortMenu(orders);
        orders.actions().constFirst()->trigger(); // by name already: turns round
        QCOMPARE(table->model()->index(0, 0).data().toString(), QStringLiteral("c"));
        QTest::keyClick(&window, Qt::Key_Delete);
        QTRY_COMPARE(window.watch().model().rowCount(), 2);
        QCOMPARE(window.watch().model().find(QStringLiteral("b")), nullptr);
        QTest::keyClick(&window, Qt::Key_F7);
        QVERIFY(window.nodePage()->isAncestorOf(QApplication::focusWidget()));
        QTest::keyClick(&window, Qt::Key_C, Qt::ControlModifier);
        QVERIFY(!QApplication::clipboard()->text().startsWith(QStringLiteral("a\t")));
        QTest::keyClick(&window, Qt::Key_F6);
        QTest::keyClick(&window, Qt::Key_A, Qt::ControlModifier);
        QTest::keyClick(&window, Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QApplication::clipboard()->text().count(QLatin1Char('\n')), 1);
    }

    void widgetsHaveAccessibleNames()
    {
        std::vector<MemoryChannel*> channels;
        MainWindow window({}, Remember::NoSources, [&](QObject* parent) { return new MemoryChannel(parent, channels); });
        SettingsDialog settings({}, nullptr);
        QuestionDialog question({QStringLiteral("a"), QStringLiteral("Passphrase:"), QuestionKind::Secret}, nullptr);
        for (const QWidget* top : std::initializer_list<const QWidget*>{&window, &settings, &question}) {
            const auto widgets = top->findChildren<QWidget*>();
            for (QWidget* widget : widgets) {
                const bool inside = qobject_cast<QAbstractSpinBox*>(widget->parentWidget()) != nullptr;
                if ((widget->focusPolicy() & Qt::TabFocus) == 0 || inside || qobject_cast<QTabBar*>(widget) != nullptr) {
                    continue;
                }
                QAccessibleInterface* interface = QAccessible::queryAccessibleInterface(widget);
                QVERIFY2(!interface->text(QAccessible::Name).isEmpty() || !widget->isVisibleTo(top),
                         qPrintable(QString::fromLatin1(widget->metaObject()->className()) + QLatin1Char(' ') + widget->objectName()));
            }
        }
        QStringList nameless;
        const auto views = window.findChildren<QAbstractScrollArea*>();
        for (const QAbstractScrollArea* view : views) {
            if (view->accessibleName().isEmpty() && qobject_cast<const QHeaderView*>(view) == nullptr &&
                !view->inherits("QComboBoxListView")) {
                nameless.append(QString::fromLatin1(view->metaObject()->className()));
            }
        }
        QCOMPARE(nameless.join(QLatin1Char(' ')), QString());
        const auto labels = window.findChildren<QLabel*>();
        for (const QLabel* label : labels) {
            QVERIFY(label->textFormat() == Qt::PlainText || label->text().isEmpty());
        }
    }

    /// As a screen reader walks it: every place that takes the focus, in every view and page, says what it is.
    void theAccessibleTreeIsNamed()
    {
        std::vector<MemoryChannel*> channels;
        MainWindow window(watching({QStringLiteral("a")}), Remember::NoSources,
                          [&](QObject* parent) { return new MemoryChannel(parent, channels); });
        window.show();
        window.loadSources();
        QTRY_COMPARE(channels.size(), std::size_t{1});
        channels[0]->say(lineOf(driftedReport("a")));
        QTRY_VERIFY(window.watch().model().find(QStringLiteral("a"))->report);
        QStringList nameless;
        for (int view = 0; view < window.fleetPage()->views()->count(); ++view) {
            window.fleetPage()->views()->setCurrentIndex(view);
            for (int page = 0; page < window.nodePage()->tabs()->count(); ++page) {
                window.nodePage()->tabs()->setCurrentIndex(page);
                window.nodePage()->findBar()->open();
                walk(QAccessible::queryAccessibleInterface(&window), nameless, 0);
            }
        }
        nameless.removeDuplicates();
        QCOMPARE(nameless.join(QLatin1Char(' ')), QString());
    }

    void shortcutsAreUnique()
    {
        std::vector<MemoryChannel*> channels;
        MainWindow window({}, Remember::NoSources, [&](QObject* parent) { return new MemoryChannel(parent, channels); });
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
};

QTEST_MAIN(KeyboardTest)
#include "keyboard_test.moc"
