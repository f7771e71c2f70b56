#include "gui/view/fleet_delegate.h"

#include "gui/model/fleet_model.h"
#include "gui/model/keyed_tree_model.h"
#include "gui/view/appearance.h"
#include "gui/view/icons.h"

#include <QPainter>
#include <QPainterPath>
#include <QTreeView>

#include <algorithm>

namespace notrack::gui
{

QPainterPath sparkline(const std::vector<float>& trend, std::size_t most, const QRectF& area)
{
    if (trend.empty()) {
        return {};
    }
    const float largest = std::max(*std::max_element(trend.begin(), trend.end()), 0.001F);
    const double step = area.width() / static_cast<double>(most - 1);
    const double left = area.right() - step * static_cast<double>(trend.size() - 1);
    QPainterPath path;
    bool drawing = false;
    for (std::size_t index = 0; index < trend.size(); ++index) {
        if (trend[index] < 0) {
            drawing = false;
            continue;
        }
        const QPointF point(left + step * static_cast<double>(index),
                            area.bottom() - area.height() * static_cast<double>(trend[index] / largest));
        if (drawing) {
            path.lineTo(point);
        } else {
            path.moveTo(point);
        }
        drawing = true;
    }
    return path;
}

void FleetDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const
{
    QStyledItemDelegate::initStyleOption(option, index);
    if (index.column() == FleetModel::Node) {
        option->textElideMode = Qt::ElideMiddle; // names of a fleet differ at their ends
    }
    const bool old = index.data(FleetModel::StaleRole).toBool();
    if (index.column() == FleetModel::State) {
        option->features |= QStyleOptionViewItem::HasDecoration;
        option->icon = stateIcon(static_cast<RowState>(index.data(FleetModel::StateRole).toInt()));
    }
    if (old && index.column() >= FleetModel::Profile && index.column() <= FleetModel::Age) {
        option->font.setItalic(true);
        option->palette.setColor(QPalette::Text, option->palette.color(QPalette::PlaceholderText));
    }
    if (old && index.column() == FleetModel::Age) {
        option->features |= QStyleOptionViewItem::HasDecoration;
        option->icon = oldDataIcon();
    }
}

TreeDelegate::TreeDelegate(int trendColumn, QObject* parent) : QStyledItemDelegate(parent), m_trendColumn(trendColumn) {}

QSize TreeDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    constexpr int padding = 3;
    const QSize hint = QStyledItemDelegate::sizeHint(option, index);
    return {hint.width(), std::max(option.fontMetrics.height(), option.decorationSize.height()) + padding};
}

void TreeDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const
{
    QStyledItemDelegate::initStyleOption(option, index);
    const auto mark = static_cast<RowMark>(index.data(KeyedTreeModel::MarkRole).toInt());
    if (index.column() == 0) {
        option->textElideMode = Qt::ElideMiddle; // rules begin and end alike, or differ at their ends
    }
    if (index.column() == 0 && mark != RowMark::None) {
        option->features |= QStyleOptionViewItem::HasDecoration;
        option->icon = markIcon(mark);
    }
}

WrappedDelegate::WrappedDelegate(QTreeView* tree, int column) : TreeDelegate(-1, tree), m_tree(tree), m_column(column) {}

QSize WrappedDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    constexpr int margins = 10;
    QSize hint = TreeDelegate::sizeHint(option, index);
    if (index.column() == m_column) {
        int room = m_tree->columnWidth(m_column) - margins;
        room -= m_column == 0 ? option.decorationSize.width() : 0;
        for (QModelIndex place = index; m_column == 0 && place.isValid(); place = place.parent()) {
            room -= m_tree->indentation();
        }
        const QRect whole = option.fontMetrics.boundingRect(QRect(0, 0, std::max(room, 1), QWIDGETSIZE_MAX),
                                                            Qt::TextWordWrap | Qt::TextWrapAnywhere, index.data().toString());
        hint.setHeight(std::max(hint.height(), whole.height() + 3));
    }
    return hint;
}

void WrappedDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const
{
    TreeDelegate::initStyleOption(option, index);
    option->features |= QStyleOptionViewItem::WrapText;
    option->textElideMode = Qt::ElideRight;
    option->displayAlignment = (option->displayAlignment & Qt::AlignHorizontal_Mask) | Qt::AlignTop;
    option->decorationAlignment = Qt::AlignLeft | Qt::AlignTop;
}

void TreeDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    QStyledItemDelegate::paint(painter, option, index);
    if (index.column() != m_trendColumn) {
        return;
    }
    const auto trend = index.data(KeyedTreeModel::TrendRole).value<std::vector<float>>();
    if (trend.empty()) {
        return;
    }
    constexpr int margin = 4;
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const bool selected = (option.state & QStyle::State_Selected) != 0;
    painter->setPen(QPen(selected ? option.palette.color(QPalette::HighlightedText) : firstLineColor(option.palette), 1.4));
    painter->drawPath(sparkline(trend, NodeHistory::mostRecent, QRectF(option.rect).adjusted(margin, margin, -margin, -margin)));
    painter->restore();
}

} // namespace notrack::gui
