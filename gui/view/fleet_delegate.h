#pragma once

#include <QPainterPath>
#include <QStyledItemDelegate>

#include <vector>

class QTreeView;

namespace notrack::gui
{

/// The rates as one line each between gaps, right-aligned; full height is the largest of them. `most` of them fill the width.
QPainterPath sparkline(const std::vector<float>& trend, std::size_t most, const QRectF& area);

/// Paints a cell of the fleet table: the state's icon before its word, rows with old data faint and slanted.
class FleetDelegate : public QStyledItemDelegate
{
    Q_OBJECT

public:
    using QStyledItemDelegate::QStyledItemDelegate;

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override;
};

/// Paints a cell of a KeyedTreeModel: the mark's icon in the first column, a sparkline in `trendColumn`.
class TreeDelegate : public QStyledItemDelegate
{
    Q_OBJECT

public:
    /// `trendColumn` -1: none.
    TreeDelegate(int trendColumn, QObject* parent);

    /// The same for every row, with or without an icon.
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override;

private:
    int m_trendColumn;
};

/// Paints cells of a KeyedTreeModel whole: what does not fit in the first column goes on in the next line.
class WrappedDelegate : public TreeDelegate
{
    Q_OBJECT

public:
    /// `column` is the one whose texts make rows high.
    explicit WrappedDelegate(QTreeView* tree, int column = 0);

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override;

private:
    QTreeView* m_tree;
    int m_column;
};

} // namespace notrack::gui
