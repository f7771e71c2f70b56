#pragma once

#include "gui/model/tree_row.h"

#include <QAbstractItemModel>

#include <memory>

namespace notrack::gui
{

/// A tree of rows that takes a whole new tree and turns into it by the fewest changes, matching rows by key, so that selection,
/// expansion and scrolling survive every refresh.
class KeyedTreeModel : public QAbstractItemModel
{
    Q_OBJECT

public:
    enum Role { MarkRole = Qt::UserRole, TrendRole };

    explicit KeyedTreeModel(QStringList titles, QObject* parent = nullptr);
    ~KeyedTreeModel() override;

    /// Columns whose cells are numbers: set flush right.
    void setNumericColumns(int first, int last);
    void setRows(const std::vector<TreeRow>& rows);

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& child) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    struct Item;

    Item* itemAt(const QModelIndex& index) const;
    QModelIndex indexOf(const Item& item, int column) const;
    void merge(Item& parent, const std::vector<TreeRow>& rows);
    void removeMissing(Item& parent, const std::vector<QString>& keys);
    void update(Item& item, const TreeRow& row);

    QStringList m_titles;
    int m_firstNumeric = 0;
    int m_lastNumeric = -1;
    std::unique_ptr<Item> m_root;
};

/// The model as indented text: cells joined by " | ", children two spaces deeper. For copying, and for tests.
QString printModel(const QAbstractItemModel& model);

} // namespace notrack::gui

Q_DECLARE_METATYPE(std::vector<float>)
