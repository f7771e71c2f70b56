#include "gui/view/main_window.h"

#include "gui/model/export.h"
#include "gui/remote/askpass.h"
#include "gui/remote/background.h"
#include "gui/view/cause_page.h"
#include "gui/view/comparison_dialog.h"
#include "gui/view/empty_page.h"
#include "gui/view/figure_bar.h"
#include "gui/view/fleet_page.h"
#include "gui/view/icons.h"
#include "gui/view/node_page.h"
#include "gui/view/notice_bar.h"
#include "gui/view/question_dialog.h"
#include "gui/view/settings_dialog.h"
#include "gui/view/timeline_page.h"

#include <QCloseEvent>
#include <QFileDialog>
#include <QHeaderView>
#include <QInputDialog>
#include <QLineEdit>
#include <QMenu>
#include <QMessageBox>
#include <QSaveFile>
#include <QSplitter>
#include <QStackedWidget>
#include <QStatusBar>
#include <QTabWidget>
#include <QTreeView>
#include <QVBoxLayout>

#include <utility>

namespace notrack::gui
{

namespace
{

/// The settings with where this run listens for ssh's questions.
ConnectionSettings withAskpass(ConnectionSettings settings, const AskpassServer& askpass)
{
    settings.askpassSocket = askpass.socketPath();
    return settings;
}

} // namespace

MainWindow::MainWindow(Preferences preferences, Remember remember, ChannelFactory makeChannel, QWidget* parent)
    : QMainWindow(parent), m_workspace(std::move(preferences), remember), m_askpass(new AskpassServer(this)),
      m_makeChannel(std::move(makeChannel)), m_watch(withAskpass(m_workspace.preferences().connection, *m_askpass), m_makeChannel),
      m_nodeActions(m_watch), m_stack(new QStackedWidget), m_emptyPage(new EmptyPage), m_fleetPage(new FleetPage(m_watch.model())),
      m_nodePage(new NodePage(m_watch.timeline())), m_problems(new NoticeBar(tr("Read &again"))), m_held(new NoticeBar(tr("Choose…"))),
      m_desk(new NoticeBar), m_outcome(new NoticeBar(tr("Close"))), m_splitter(new QSplitter(Qt::Vertical))
{
    setWindowTitle(tr("DNS NOTRACK viewer"));
    setWindowIcon(applicationIcon());
    setAcceptDrops(true);
    m_splitter->addWidget(m_fleetPage);
    m_splitter->addWidget(m_nodePage);
    m_splitter->setStretchFactor(0, 3);
    m_splitter->setStretchFactor(1, 2);
    m_splitter->setChildrenCollapsible(false);
    m_stack->addWidget(m_emptyPage);
    m_stack->addWidget(m_splitter);
    auto* middle = new QWidget;
    auto* layout = new QVBoxLayout(middle);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_problems);
    layout->addWidget(m_held);
    layout->addWidget(m_desk);
    layout->addWidget(m_outcome);
    connect(m_outcome, &NoticeBar::actionAsked, this, [this] { m_outcome->setText({}); });
    layout->addWidget(m_stack, 1);
    setCentralWidget(middle);
    m_nodePage->setSettings(m_workspace.preferences().connection);
    m_notifier.setEnabled(m_workspace.preferences().notify);
    auto* figures = new FigureBar(m_watch.model());
    m_fleetPage->addLine(figures);
    connect(figures, &FigureBar::nodeChosen, m_fleetPage, &FleetPage::chooseNode);
    auto* causes = new CausePage(m_watch.model(), m_fleetPage->filter());
    m_fleetPage->addView(causes, tr("Ca&uses"));
    connect(causes, &CausePage::nodeChosen, m_fleetPage, &FleetPage::chooseNode);
    auto* timeline = new FleetTimeline(m_watch.timeline(), m_fleetPage->filter());
    m_fleetPage->addView(timeline, tr("Ti&meline of all"));
    connect(timeline, &FleetTimeline::nodeChosen, m_fleetPage, &FleetPage::chooseNode);
    makeActions();
    connectPages();
    restoreLayout();
}

MainWindow::~MainWindow() = default;

void MainWindow::connectPages()
{
    connect(&m_workspace, &Workspace::loading, this, [this] { statusBar()->showMessage(tr("Reading the inventory…")); });
    connect(&m_workspace, &Workspace::progressed, this, &MainWindow::takeNodes);
    connect(&m_workspace, &Workspace::loaded, this, &MainWindow::takeInventory);
    connect(m_held, &NoticeBar::actionAsked, this, &MainWindow::showHeld);
    connect(m_problems, &NoticeBar::actionAsked, &m_workspace, &Workspace::load);
    connect(m_nodePage, &NodePage::nameAccepted, this, [this] { m_watch.connection().acceptName(m_fleetPage->currentNode()); });
    connect(m_nodePage, &NodePage::doctorAsked, this, [this] { m_watch.connection().askDoctor(m_fleetPage->currentNode()); });
    connect(m_nodePage, &NodePage::doctorCancelled, this, [this] { m_watch.connection().cancelDoctor(m_fleetPage->currentNode()); });
    connect(&m_watch.model(), &FleetModel::countsChanged, this, &MainWindow::showDeskFaults);
    connect(m_askpass, &AskpassServer::asked, this, &MainWindow::ask);
    connect(m_askpass, &AskpassServer::withdrawn, this, [this] { delete m_question; });
    connect(m_emptyPage, &EmptyPage::inventoryAsked, this, &MainWindow::openInventory);
    connect(m_emptyPage, &EmptyPage::sshConfigAsked, &m_workspace, &Workspace::addSshConfig);
    connect(m_emptyPage, &EmptyPage::capturesAsked, this, &MainWindow::openCaptures);
    connect(m_emptyPage, &EmptyPage::nodeAsked, this, &MainWindow::addNode);
    connect(m_emptyPage, &EmptyPage::localAsked, &m_workspace, &Workspace::addLocal);
    connect(m_fleetPage, &FleetPage::currentNodeChanged, this, &MainWindow::showCurrentNode);
    connect(m_fleetPage, &FleetPage::contextMenuAsked, this, [this](const QPoint& position) { m_nodeMenu->popup(position); });
    connect(m_nodePage, &NodePage::pageChanged, this, &MainWindow::showCurrentNode);
    connect(m_nodePage, &NodePage::reconnectAsked, this, [this] { m_watch.connection().reconnect(m_fleetPage->currentNode()); });
    connect(m_nodePage, &NodePage::interactiveAsked, this,
            [this] { m_watch.connection().connectInteractively(m_fleetPage->currentNode()); });
    connect(&m_watch.model(), &FleetModel::nodeChanged, this, [this](const QString& node) {
        if (node == m_fleetPage->currentNode()) {
            showCurrentNode();
        }
    });
    connect(&m_watch.model(), &FleetModel::nodeWorsened, this,
            [this](const QString& node, RowState, RowState now) { m_notifier.add(node, now); });
    auto* second = new QTimer(this);
    connect(second, &QTimer::timeout, this, [this] { m_nodePage->showHeader(m_watch.model().find(m_fleetPage->currentNode())); });
    connect(&m_watch.model(), &FleetModel::rowsRemoved, this, &MainWindow::showCurrentNode);
    second->start(1000);
}

void MainWindow::restoreLayout()
{
    resize(1180, 780);
    restoreGeometry(m_workspace.layout(QStringLiteral("view/window")).toByteArray());
    m_splitter->restoreState(m_workspace.layout(QStringLiteral("view/splitter")).toByteArray());
    m_nodePage->tabs()->setCurrentIndex(m_workspace.layout(QStringLiteral("view/page"), 0).toInt());
    m_fleetPage->table()->header()->restoreState(m_workspace.layout(QStringLiteral("view/fleetColumns")).toByteArray());
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    m_workspace.keepLayout(QStringLiteral("view/window"), saveGeometry());
    m_workspace.keepLayout(QStringLiteral("view/splitter"), m_splitter->saveState());
    m_workspace.keepLayout(QStringLiteral("view/fleetColumns"), m_fleetPage->table()->header()->saveState());
    m_workspace.keepLayout(QStringLiteral("view/node"), m_fleetPage->currentNode());
    m_workspace.keepLayout(QStringLiteral("view/page"), m_nodePage->tabs()->currentIndex());
    QMainWindow::closeEvent(event);
}

void MainWindow::takeInventory(const Inventory& inventory)
{
    constexpr qsizetype mostProblems = 4;
    constexpr int longestProblem = 300;
    statusBar()->showMessage(tr("Nodes read: %1").arg(inventory.nodes.size()), 5000);
    QStringList problems;
    for (const QString& problem : inventory.problems.mid(0, mostProblems)) {
        problems.append(safeLine(problem, longestProblem));
    }
    if (inventory.problems.size() > mostProblems) {
        problems.append(tr("and %n more", nullptr, static_cast<int>(inventory.problems.size() - mostProblems)));
    }
    m_problems->setText(problems.join(QLatin1Char('\n')));
    m_stack->setCurrentWidget(inventory.nodes.empty() ? static_cast<QWidget*>(m_emptyPage) : m_splitter);
    takeNodes(inventory);
    showHeld();
}

void MainWindow::showDeskFaults()
{
    QString fault;
    for (int row = 0; row < m_watch.model().rowCount() && fault.isEmpty(); ++row) {
        const LinkState& link = m_watch.model().record(row).link;
        fault = link.problem == LinkProblem::Desk ? link.reason : QString();
    }
    m_desk->setText(fault.isEmpty() ? QString() : tr("A fault of this machine, not of the nodes: %1").arg(fault));
}

void MainWindow::takeNodes(const Inventory& inventory)
{
    if (!inventory.nodes.empty()) {
        m_stack->setCurrentWidget(m_splitter);
    }
    m_watch.setNodes(inventory.nodes);
    if (m_fleetPage->currentNode().isEmpty() && !inventory.nodes.empty()) {
        const QString last = m_workspace.layout(QStringLiteral("view/node")).toString();
        m_fleetPage->chooseNode(m_watch.model().rowOf(last) >= 0 ? last : inventory.nodes.front().name);
        m_fleetPage->table()->setFocus();
    }
}

void MainWindow::showCurrentNode()
{
    m_nodePage->show(m_watch.model().find(m_fleetPage->currentNode()));
}

void MainWindow::openInventory()
{
    const QString path = QFileDialog::getOpenFileName(this, tr("Open an Ansible inventory or a list of hosts"));
    if (!path.isEmpty()) {
        m_workspace.openInventory(path);
    }
}

void MainWindow::addNode()
{
    const QString text = QInputDialog::getText(this, tr("Add a node"), tr("Host, user@host or user@host:port:")).trimmed();
    if (text.isEmpty()) {
        return;
    }
    if (const QString problem = m_workspace.addNode(text); !problem.isEmpty()) {
        QMessageBox box(QMessageBox::Warning, tr("Add a node"), problem, QMessageBox::Ok, this);
        box.setTextFormat(Qt::PlainText);
        box.exec();
    } else if (m_workspace.remember() == Remember::NoSources) {
        statusBar()->showMessage(tr("Watched in this run only: its nodes come from the command line."), 10'000);
    }
}

void MainWindow::removeNodes()
{
    const QStringList chosen = m_fleetPage->selectedNodes();
    if (m_workspace.removeNodes(chosen) < chosen.size()) {
        statusBar()->showMessage(tr("Nodes of an inventory or an ssh configuration are removed there, or by closing all nodes."), 10'000);
    }
}

void MainWindow::compare()
{
    const QStringList nodes = m_fleetPage->selectedNodes();
    if (nodes.size() != 2) {
        statusBar()->showMessage(tr("Select two nodes in the table to compare them."), 10'000);
        return;
    }
    auto* dialog = new ComparisonDialog(*m_watch.model().find(nodes.front()), *m_watch.model().find(nodes.back()), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->show();
}

void MainWindow::changeSettings()
{
    SettingsDialog dialog(m_workspace.preferences(), this);
    if (dialog.exec() != QDialog::Accepted) {
        return;
    }
    const bool changed = dialog.preferences().connection != m_workspace.preferences().connection;
    m_workspace.setPreferences(dialog.preferences());
    m_watch.setSettings(withAskpass(m_workspace.preferences().connection, *m_askpass));
    m_nodePage->setSettings(m_workspace.preferences().connection);
    m_notifier.setEnabled(m_workspace.preferences().notify);
    if (changed) {
        m_watch.connection().reconnectChanged();
    }
}

void MainWindow::save(const QString& title, const QString& suffix, std::function<QByteArray()> makeBytes)
{
    const QString path = QFileDialog::getSaveFileName(this, title, QStringLiteral("dns-notrack.") + suffix);
    if (path.isEmpty()) {
        return;
    }
    const auto write = [path, makeBytes = std::move(makeBytes)] {
        const QByteArray bytes = makeBytes();
        QSaveFile file(path);
        const bool saved = file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.commit();
        return saved ? tr("Saved %1").arg(path) : tr("%1: %2").arg(path, file.errorString());
    };
    inBackground(this, write, [this](const QString& outcome) { statusBar()->showMessage(outcome, 10'000); });
}

void MainWindow::ask(const Question& question)
{
    m_question = new QuestionDialog(question, this);
    m_question->setAttribute(Qt::WA_DeleteOnClose);
    m_question->setModal(false); // what is asked about can be looked at meanwhile
    connect(m_question, &QDialog::accepted, this, [this] { m_askpass->answer(m_question->answer()); });
    connect(m_question, &QDialog::rejected, this, [this] { m_askpass->refuse(); });
    m_question->show();
}

} // namespace notrack::gui
