#include "gui/view/fitted_tree.h"

#include <QHeaderView>

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
    const int unit = fontMetrics().horizontalAdvance(QLatin1Char('0'));
    for (std::size_t section = 0; section < m_widths.size(); ++section) {
        header()->resizeSection(static_cast<int>(section), std::max(m_widths[section], 1) * unit);
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
