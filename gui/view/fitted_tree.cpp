#include "gui/view/fitted_tree.h"

#include "gui/model/keyed_tree_model.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QHeaderView>
#include <QMenu>
#include <QPainter>

#include <algorithm>

namespace notrack::gui
{

FittedTree::FittedTree(std::vector<int> widths, QWidget* parent) : QTreeView(parent), m_widths(std::move(widths))
{
    header()->setStretchLastSection(false);
}

void FittedTree::setModel(QAbstractItemModel* model)
{
    QTreeView::setModel(model);
    connect(model, &QAbstractItemModel::rowsInserted, this, &FittedTree::openRows);
    const int unit = fontMetrics().horizontalAdvance(QLatin1Char('0'));
    for (std::size_t section = 0; section < m_widths.size(); ++section) {
        header()->resizeSection(static_cast<int>(section), std::max(m_widths[section], 1) * unit);
    }
}

void FittedTree::openRows(const QModelIndex& parent, int first, int last)
{
    for (int row = first; row <= last; ++row) {
        expandRecursively(model()->index(row, 0, parent));
    }
}

QString FittedTree::text() const
{
    QStringList lines;
    for (QModelIndex row = model()->index(0, 0); row.isValid(); row = indexBelow(row)) {
        if (!selectionModel()->isSelected(row)) {
            continue;
        }
        QStringList cells;
        for (int column = 0; column < model()->columnCount(); ++column) {
            cells.append(row.siblingAtColumn(column).data().toString());
        }
        lines.append(cells.join(QLatin1Char('\t')).trimmed());
    }
    return lines.isEmpty() ? printModel(*model()) : lines.join(QLatin1Char('\n'));
}

bool FittedTree::find(const QString& words, Direction direction)
{
    std::vector<QModelIndex> rows;
    for (QModelIndex row = model()->index(0, 0); row.isValid(); row = indexBelow(row)) {
        rows.push_back(row);
    }
    const auto has = [&](const QModelIndex& row) {
        for (int column = 0; column < model()->columnCount(); ++column) {
            if (row.siblingAtColumn(column).data().toString().contains(words, Qt::CaseInsensitive)) {
                return true;
            }
        }
        return false;
    };
    if (direction == Direction::Backward) {
        std::reverse(rows.begin(), rows.end());
    }
    const auto current = std::find(rows.begin(), rows.end(), currentIndex().siblingAtColumn(0));
    if (current != rows.end()) {
        std::rotate(rows.begin(), current + 1, rows.end());
    }
    const auto found = std::find_if(rows.begin(), rows.end(), has);
    if (found != rows.end()) {
        // Not setCurrentIndex(), which adds to the selection while Shift or Ctrl is held.
        selectionModel()->setCurrentIndex(*found, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    }
    return found != rows.end();
}

void FittedTree::contextMenuEvent(QContextMenuEvent* event)
{
    QMenu menu;
    QAction* rows = menu.addAction(tr("&Copy the selected rows"));
    rows->setEnabled(selectionModel()->hasSelection());
    QAction* all = menu.addAction(tr("Copy &all rows"));
    connect(rows, &QAction::triggered, this, [this] { QApplication::clipboard()->setText(text()); });
    connect(all, &QAction::triggered, this, [this] { QApplication::clipboard()->setText(printModel(*model())); });
    connect(menu.addAction(tr("&Select all rows")), &QAction::triggered, this, &QTreeView::selectAll);
    menu.exec(event->globalPos());
}

void FittedTree::setPlaceholder(const QString& text)
{
    if (text != m_placeholder) {
        m_placeholder = text;
        viewport()->update();
    }
}

void FittedTree::paintEvent(QPaintEvent* event)
{
    QTreeView::paintEvent(event);
    if (model()->rowCount() == 0) {
        constexpr int margin = 6;
        QPainter painter(viewport());
        painter.setPen(palette().color(QPalette::PlaceholderText));
        painter.drawText(viewport()->rect().adjusted(margin, margin, -margin, -margin), Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap,
                         m_placeholder);
    }
}

void FittedTree::resizeEvent(QResizeEvent* event)
{
    QTreeView::resizeEvent(event);
    const auto fitted = static_cast<int>(std::find(m_widths.begin(), m_widths.end(), 0) - m_widths.begin());
    if (fitted < header()->count()) {
        const int others = header()->length() - header()->sectionSize(fitted);
        const int least = leastRoom * fontMetrics().horizontalAdvance(QLatin1Char('0'));
        header()->resizeSection(fitted, std::max(least, viewport()->width() - others));
    }
}

} // namespace notrack::gui
