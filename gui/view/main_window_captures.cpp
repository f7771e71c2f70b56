#include "gui/remote/captures.h"
#include "gui/view/capture_saver.h"
#include "gui/view/fleet_page.h"
#include "gui/view/main_window.h"
#include "gui/view/notice_bar.h"
#include "gui/view/what_if_dialog.h"

#include <QDragEnterEvent>
#include <QFileDialog>
#include <QMimeData>
#include <QStatusBar>

namespace notrack::gui
{

namespace
{

QStringList localPaths(const QMimeData& data)
{
    QStringList paths;
    const QList<QUrl> urls = data.urls();
    for (const QUrl& url : urls) {
        if (url.isLocalFile()) {
            paths.append(url.toLocalFile());
        }
    }
    return paths;
}

} // namespace

void MainWindow::dragEnterEvent(QDragEnterEvent* event)
{
    if (!localPaths(*event->mimeData()).isEmpty()) {
        event->acceptProposedAction();
    }
}

void MainWindow::dropEvent(QDropEvent* event)
{
    event->acceptProposedAction();
    m_workspace.openDropped(localPaths(*event->mimeData()));
}

void MainWindow::openCaptures()
{
    const QStringList paths = QFileDialog::getOpenFileNames(this, tr("Open captures of nodes"), {}, tr("Captures (*.json);;All files (*)"));
    if (!paths.isEmpty()) {
        m_workspace.openCaptures(paths);
    }
}

void MainWindow::openCaptureFolder()
{
    const QString path = QFileDialog::getExistingDirectory(this, tr("Open a folder of captures"));
    if (!path.isEmpty()) {
        m_workspace.openCaptures({path});
    }
}

void MainWindow::saveCapture()
{
    const NodeRecord* record = m_watch.model().find(m_fleetPage->currentNode());
    if (record == nullptr || record->isCaptured()) {
        statusBar()->showMessage(tr("Choose a node that is watched to take a capture of it."), 10'000);
        return;
    }
    const NodeEntry node = record->entry;
    const QString path =
        QFileDialog::getSaveFileName(this, tr("Save a capture of %1").arg(safeLine(node.name, 100)), node.name + QStringLiteral(".json"));
    if (path.isEmpty()) {
        return;
    }
    const Command command =
        buildRunnerCommand(node, m_watch.connection().settings(), Interaction::Interactive, {QStringLiteral("capture")});
    const auto* saver = new CaptureSaver(m_makeChannel, command, node.name, path, this);
    connect(saver, &CaptureSaver::done, m_outcome, &NoticeBar::setText);
}

void MainWindow::tryProfile()
{
    std::vector<NodeEntry> nodes;
    const auto add = [&nodes](const NodeRecord& record) {
        if (record.isCaptured()) {
            nodes.push_back(record.entry);
        }
    };
    const QStringList chosen = m_fleetPage->selectedNodes();
    for (const QString& name : chosen.size() > 1 ? chosen : QStringList()) {
        add(*m_watch.model().find(name));
    }
    const int all = nodes.empty() ? m_watch.model().rowCount() : 0;
    for (int row = 0; row < all; ++row) {
        add(m_watch.model().record(row));
    }
    if (nodes.empty()) {
        statusBar()->showMessage(tr("Open captures first: a profile is tried on them, never on a node."), 10'000);
        return;
    }
    const QString profile =
        QFileDialog::getOpenFileName(this, tr("Try a profile on captures"), {}, tr("Profiles (*.yaml *.yml);;All files (*)"));
    if (profile.isEmpty()) {
        return;
    }
    const QString program = runnerOfThisMachine(m_workspace.preferences().connection.runner);
    auto* dialog = new WhatIfDialog(new WhatIf(m_makeChannel, program, profile, nodes, this), profile, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->show();
}

} // namespace notrack::gui
