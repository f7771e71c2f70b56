#include "gui/view/fitted_tree.h"

#include <QHeaderView>
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
