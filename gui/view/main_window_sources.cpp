#include "gui/view/main_window.h"
#include "gui/view/notice_bar.h"
#include "gui/view/preview_dialog.h"

#include <QStatusBar>

namespace notrack::gui
{

void MainWindow::showHeld()
{
    std::vector<SourcePreview> held = m_workspace.previews();
    std::erase_if(held, [](const SourcePreview& preview) { return !preview.held; });
    QStringList lines;
    for (const SourcePreview& preview : held) {
        lines.append(tr("%n node(s) of %1 wait until you have chosen which of them may be contacted.", nullptr,
                        static_cast<int>(preview.nodes.size()))
                         .arg(safeLine(preview.path)));
    }
    m_held->setText(lines.join(QLatin1Char('\n')));
    choose(std::move(held));
}

void MainWindow::choose(std::vector<SourcePreview> previews)
{
    if (m_preview) {
        m_preview->raise();
        m_preview->activateWindow();
        return;
    }
    if (previews.empty()) {
        return;
    }
    const QString path = previews.front().path;
    m_preview = new PreviewDialog(previews.front(), this);
    previews.erase(previews.begin());
    connect(m_preview, &QDialog::finished, this, [this, path, rest = std::move(previews)](int result) {
        const QStringList leftOut = m_preview->leftOut();
        m_preview->deleteLater();
        m_preview.clear();
        if (result == QDialog::Accepted) {
            m_workspace.choose(path, leftOut); // and asks for those that are still held
        } else {
            choose(rest);
        }
    });
    m_preview->show();
}

} // namespace notrack::gui
