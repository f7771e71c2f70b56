#include "gui/view/main_window.h"

#include "gui/model/export.h"
#include "gui/model/remedy.h"
#include "gui/view/find_bar.h"
#include "gui/view/fleet_page.h"
#include "gui/view/icons.h"
#include "gui/view/node_page.h"
#include "gui/view/shortcuts_dialog.h"
#include "gui/view/summary_bar.h"

#include "core/base/version.h"

#include <QActionGroup>
#include <QApplication>
#include <QClipboard>
#include <QLineEdit>
#include <QMenuBar>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QStatusBar>
#include <QTabWidget>
#include <QToolButton>
#include <QTreeView>

namespace notrack::gui
{

QAction* MainWindow::addAction(QMenu* menu, const QString& text, const QKeySequence& shortcut, std::function<void()> action)
{
    QAction* made = menu->addAction(text);
    made->setShortcut(shortcut);
    connect(made, &QAction::triggered, this, [action = std::move(action)] { action(); });
    m_actions.append(made);
    return made;
}

void MainWindow::makeActions()
{
    makeFileMenu();
    makeNodeMenu();
    makeViewMenu();
    makeHelpMenu();
}

void MainWindow::makeFileMenu()
{
    QMenu* menu = menuBar()->addMenu(tr("&File"));
    addAction(menu, tr("&Open an inventory…"), QKeySequence::Open, [this] { openInventory(); });
    addAction(menu, tr("Open ca&ptures…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_O), [this] { openCaptures(); });
    addAction(menu, tr("Open a &folder of captures…"), {}, [this] { openCaptureFolder(); });
    addAction(menu, tr("Add hosts of my &ssh configuration"), {}, [this] { m_workspace.addSshConfig(); });
    addAction(menu, tr("&Add a node…"), QKeySequence(Qt::CTRL | Qt::Key_N), [this] { addNode(); });
    addAction(menu, tr("Add this &machine"), {}, [this] { m_workspace.addLocal(); });
    addAction(menu, tr("&Read the inventory again"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_R), [this] { loadSources(); });
    addAction(menu, tr("C&hoose the nodes of sources…"), {}, [this] {
        if (m_workspace.previews().empty()) {
            statusBar()->showMessage(tr("There is no ssh configuration here and no inventory of more than 20 nodes."), 10'000);
        }
        choose(m_workspace.previews());
    });
    addAction(menu, tr("&Close all nodes"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_W), [this] { m_workspace.setSources({}); });
    menu->addSeparator();
    addAction(menu, tr("Export the &table as CSV…"), QKeySequence(Qt::CTRL | Qt::Key_E), [this] {
        save(tr("Export the table"), QStringLiteral("csv"),
             [csv = toCsv(m_fleetPage->filter(), m_fleetPage->shownColumns())] { return csv; });
    });
    addAction(menu, tr("Export all reports as &JSON…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_E), [this] {
        save(tr("Export all reports"), QStringLiteral("json"), [nodes = exportedNodes(m_watch.model())] { return toJson(nodes); });
    });
    menu->addSeparator();
    addAction(menu, tr("Se&ttings…"), QKeySequence(Qt::CTRL | Qt::Key_Comma), [this] { changeSettings(); });
    addAction(menu, tr("&Quit"), QKeySequence(Qt::CTRL | Qt::Key_Q), [this] { close(); });
}

void MainWindow::makeNodeMenu()
{
    m_nodeMenu = menuBar()->addMenu(tr("&Nodes"));
    const auto forEach = [this](NodeActions::Act act) { return [this, act] { m_nodeActions.forEach(m_fleetPage->selectedNodes(), act); }; };
    addAction(m_nodeMenu, tr("&Reconnect"), QKeySequence(Qt::Key_F5), forEach(&FleetConnection::reconnect));
    addAction(m_nodeMenu, tr("Connect and &ask…"), QKeySequence(Qt::CTRL | Qt::Key_Return),
              forEach(&FleetConnection::connectInteractively));
    addAction(m_nodeMenu, tr("&Pause"), QKeySequence(Qt::CTRL | Qt::Key_P), forEach(&FleetConnection::pause));
    addAction(m_nodeMenu, tr("Ask the &doctor"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_D), [this] {
        m_nodeActions.forEach(m_fleetPage->selectedNodes(), &FleetConnection::askDoctor);
        m_nodePage->openDoctor();
    });
    addAction(m_nodeMenu, tr("Sa&ve a capture…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_S), [this] { saveCapture(); });
    addAction(m_nodeMenu, tr("&Try a profile on captures…"), QKeySequence(Qt::CTRL | Qt::Key_T), [this] { tryProfile(); });
    m_nodeMenu->addSeparator();
    addAction(m_nodeMenu, tr("&Copy as text"), QKeySequence::Copy, [this] { copy(); });
    addAction(m_nodeMenu, tr("Compare t&wo nodes"), QKeySequence(Qt::CTRL | Qt::Key_D), [this] { compare(); });
    addAction(m_nodeMenu, tr("Copy an ansible-play&book command"), {}, [this] {
        QApplication::clipboard()->setText(playbookCommand(m_workspace.preferences().sources.inventories, m_fleetPage->selectedNodes()));
    });
    addAction(m_nodeMenu, tr("Re&move from the list"), QKeySequence::Delete, [this] { removeNodes(); });
    addAction(m_nodeMenu, tr("Select a&ll"), QKeySequence(Qt::CTRL | Qt::Key_A), [this] { selectAll(); });
}

void MainWindow::copy()
{
    const bool inNode = m_nodePage->isAncestorOf(QApplication::focusWidget());
    QApplication::clipboard()->setText(inNode ? m_nodePage->pageText() : m_fleetPage->selectionText());
}

void MainWindow::selectAll()
{
    auto* text = qobject_cast<QPlainTextEdit*>(QApplication::focusWidget());
    auto* view = qobject_cast<QAbstractItemView*>(QApplication::focusWidget());
    if (text != nullptr) {
        text->selectAll();
    } else if (view != nullptr) {
        view->selectAll();
    } else {
        m_fleetPage->table()->selectAll();
    }
}

void MainWindow::find()
{
    if (m_nodePage->isAncestorOf(QApplication::focusWidget())) {
        m_nodePage->findBar()->open();
    } else {
        m_fleetPage->search()->setFocus();
    }
}

void MainWindow::makeViewMenu()
{
    QMenu* menu = menuBar()->addMenu(tr("&View"));
    addAction(menu, tr("&Find in the page, filter the table"), QKeySequence::Find, [this] { find(); });
    addAction(menu, tr("Find &next"), QKeySequence(Qt::Key_F3), [this] { m_nodePage->findBar()->findNext(Direction::Forward); });
    addAction(menu, tr("Find pre&vious"), QKeySequence(Qt::SHIFT | Qt::Key_F3),
              [this] { m_nodePage->findBar()->findNext(Direction::Backward); });
    addAction(menu, tr("Filter by &group"), QKeySequence(Qt::CTRL | Qt::Key_G), [this] { m_fleetPage->chooseGroup(); });
    addAction(menu, tr("&Show all nodes"), QKeySequence(Qt::Key_Escape), [this] {
        m_fleetPage->clearFilters();
        m_fleetPage->table()->setFocus();
    });
    int digit = 0;
    QMenu* states = menu->addMenu(tr("Filter by s&tate"));
    for (const RowState state : allRowStates) {
        QAction* action = addAction(states, tr("Only %1").arg(displayText(state)),
                                    QKeySequence(Qt::CTRL | static_cast<Qt::Key>(Qt::Key_0 + ++digit % 10)),
                                    [this, state] { m_fleetPage->summary()->button(state)->toggle(); });
        action->setIcon(stateIcon(state));
    }
    menu->addSeparator();
    addAction(menu, tr("Go to the &table"), QKeySequence(Qt::Key_F6), [this] { m_fleetPage->table()->setFocus(); });
    addAction(menu, tr("Go to the &node"), QKeySequence(Qt::Key_F7), [this] { m_nodePage->tabs()->currentWidget()->setFocus(); });
    QMenu* order = menu->addMenu(tr("S&ort by"));
    connect(order, &QMenu::aboutToShow, this, [this, order] { m_fleetPage->fillSortMenu(*order); });
    QMenu* columns = menu->addMenu(tr("&Columns"));
    connect(columns, &QMenu::aboutToShow, this, [this, columns] { m_fleetPage->fillColumnMenu(*columns); });
    QMenu* appearances = menu->addMenu(tr("&Appearance"));
    auto* group = new QActionGroup(this);
    const std::array choices{std::make_pair(tr("As the &desktop"), Appearance::System), std::make_pair(tr("&Light"), Appearance::Light),
                             std::make_pair(tr("Da&rk"), Appearance::Dark)};
    for (const auto& choice : choices) {
        const Appearance appearance = choice.second;
        QAction* action = appearances->addAction(choice.first);
        action->setCheckable(true);
        action->setChecked(appearance == m_workspace.preferences().appearance);
        group->addAction(action);
        connect(action, &QAction::triggered, this, [this, appearance] { m_workspace.setAppearanceTo(appearance); });
    }
}

void MainWindow::makeHelpMenu()
{
    QMenu* menu = menuBar()->addMenu(tr("&Help"));
    addAction(menu, tr("&Keyboard shortcuts"), QKeySequence(Qt::Key_F1), [this] { ShortcutsDialog(m_actions, this).exec(); });
    addAction(menu, tr("&About"), {}, [this] { showAbout(); });
}

void MainWindow::showAbout()
{
    QMessageBox box(this);
    box.setWindowTitle(tr("About"));
    box.setIconPixmap(applicationIcon().pixmap(64, 64));
    box.setTextFormat(Qt::PlainText);
    box.setText(
        tr("DNS NOTRACK viewer %1\n\nShows the DNS NOTRACK rules of every node. It reads and never changes a node.\nGPL-2.0-or-later")
            .arg(QString::fromUtf8(programVersion.data(), static_cast<qsizetype>(programVersion.size()))));
    box.exec();
}

} // namespace notrack::gui
