#include "gui/view/text_page.h"

#include "gui/model/node_pages.h"
#include "gui/remote/background.h"
#include "gui/view/diff_highlighter.h"

#include <QEvent>
#include <QFontDatabase>
#include <QScrollBar>
#include <QTextDocumentFragment>

#include <algorithm>

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

QString TextPage::text() const
{
    return textCursor().hasSelection() ? textCursor().selection().toPlainText() : toPlainText();
}

bool TextPage::find(const QString& words, Direction direction)
{
    const QTextDocument::FindFlags flags = direction == Direction::Backward ? QTextDocument::FindBackward : QTextDocument::FindFlags();
    if (QPlainTextEdit::find(words, flags)) {
        return true;
    }
    const QTextCursor before = textCursor();
    moveCursor(direction == Direction::Backward ? QTextCursor::End : QTextCursor::Start);
    const bool found = QPlainTextEdit::find(words, flags);
    if (!found) {
        setTextCursor(before);
    }
    return found;
}

void TextPage::patch(qsizetype place, qsizetype length, const QString& text)
{
    QTextCursor cursor(document());
    cursor.setPosition(static_cast<int>(place));
    cursor.setPosition(static_cast<int>(place + length), QTextCursor::KeepAnchor);
    cursor.insertText(text);
}

void TextPage::replace(const QString& text)
{
    const QString before = toPlainText();
    if (before == text) {
        return;
    }
    const int place = verticalScrollBar()->value();
    const bool atEnd = place == verticalScrollBar()->maximum() && place > 0;
    qsizetype gone = before.indexOf(QLatin1Char('\n')) + 1; // a log loses lines at its beginning
    while (gone > 0 && !text.startsWith(QStringView(before).mid(gone))) {
        gone = before.indexOf(QLatin1Char('\n'), gone) + 1;
    }
    if (gone > 0) {
        patch(0, gone, {});
        patch(before.size() - gone, 0, text.mid(before.size() - gone));
    } else {
        const qsizetype shorter = std::min(before.size(), text.size());
        const auto same = std::mismatch(before.begin(), before.begin() + shorter, text.begin()).first - before.begin();
        qsizetype tail = 0;
        while (tail < shorter - same && before.at(before.size() - 1 - tail) == text.at(text.size() - 1 - tail)) {
            ++tail;
        }
        patch(same, before.size() - same - tail, text.mid(same, text.size() - same - tail));
    }
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
    QStringList lines;
    for (const LogLine& line : record.log) {
        lines.append(logText(line));
    }
    replace(lines.join(QLatin1Char('\n')));
}

} // namespace notrack::gui
