#include "gui/view/text_page.h"

#include "gui/model/node_pages.h"
#include "gui/remote/background.h"
#include "gui/view/diff_highlighter.h"

#include <QEvent>
#include <QFontDatabase>
#include <QScrollBar>

namespace notrack::gui
{

TextPage::TextPage(const QString& name)
{
    setReadOnly(true);
    setUndoRedoEnabled(false);
    setLineWrapMode(QPlainTextEdit::NoWrap);
    setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    setAccessibleName(name);
}

void TextPage::replace(const QString& text)
{
    if (toPlainText() == text) {
        return;
    }
    const int place = verticalScrollBar()->value();
    const bool atEnd = place == verticalScrollBar()->maximum() && place > 0;
    setPlainText(text);
    verticalScrollBar()->setValue(atEnd ? verticalScrollBar()->maximum() : place);
}

DiffPage::DiffPage() : TextPage(tr("Difference")), m_highlighter(new DiffHighlighter(document())) {}

void DiffPage::show(const NodeRecord& record)
{
    const QString diff = diffText(record);
    replace(diff.isEmpty() ? emptyText(record, tr("The kernel holds what the profile asks for.")) : diff);
}

void DiffPage::changeEvent(QEvent* event)
{
    TextPage::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        m_highlighter->setPalette(palette());
    }
}

ReportPage::ReportPage() : TextPage(tr("Report")) {}

void ReportPage::show(const NodeRecord& record)
{
    const std::shared_ptr<const Report> report = record.report;
    if (!report) {
        m_shown.reset();
        replace(emptyText(record, {}));
        return;
    }
    if (report == m_shown) {
        return;
    }
    m_shown = report;
    inBackground(
        this, [report] { return rawText(*report); },
        [this, report](const QString& text) {
            if (report == m_shown) {
                replace(text);
            }
        });
}

LogPage::LogPage() : TextPage(tr("Log")) {}

void LogPage::show(const NodeRecord& record)
{
    replace(QStringList(record.log.begin(), record.log.end()).join(QLatin1Char('\n')));
}

} // namespace notrack::gui
