#include "gui/model/keyed_tree_model.h"

#include <QHash>
#include <QSet>

#include <algorithm>
#include <utility>

namespace notrack::gui
{

struct KeyedTreeModel::Item
{
    Item* parent = nullptr;
    QString key;
    QStringList cells;
    RowMark mark = RowMark::None;
    std::vector<float> trend;
    std::vector<std::unique_ptr<Item>> children;

    int row() const
    {
        const auto& siblings = parent->children;
        const auto found = std::find_if(siblings.begin(), siblings.end(), [this](const auto& sibling) { return sibling.get() == this; });
        return static_cast<int>(found - siblings.begin());
    }
};

namespace
{

/// The keys of the rows; a key that came before gets a number, so that a node cannot confuse the merge by twins.
std::vector<QString> uniqueKeys(const std::vector<TreeRow>& rows)
{
    QHash<QString, int> seen;
    std::vector<QString> keys;
    keys.reserve(rows.size());
    for (const TreeRow& row : rows) {
        const int count = seen[row.key]++;
        keys.push_back(count == 0 ? row.key : row.key + QLatin1Char('\n') + QString::number(count));
    }
    return keys;
}

} // namespace

KeyedTreeModel::KeyedTreeModel(QStringList titles, QObject* parent)
    : QAbstractItemModel(parent), m_titles(std::move(titles)), m_root(std::make_unique<Item>())
{
}

KeyedTreeModel::~KeyedTreeModel() = default;

void KeyedTreeModel::setNumericColumns(int first, int last)
{
    m_firstNumeric = first;
    m_lastNumeric = last;
}

void KeyedTreeModel::setRows(const std::vector<TreeRow>& rows)
{
    merge(*m_root, rows);
}

void KeyedTreeModel::removeMissing(Item& parent, const std::vector<QString>& keys)
{
    const QSet<QString> kept(keys.begin(), keys.end());
    for (int row = static_cast<int>(parent.children.size()) - 1; row >= 0; --row) {
        if (!kept.contains(parent.children[static_cast<std::size_t>(row)]->key)) {
            beginRemoveRows(indexOf(parent, 0), row, row);
            parent.children.erase(parent.children.begin() + row);
            endRemoveRows();
        }
    }
}

void KeyedTreeModel::merge(Item& parent, const std::vector<TreeRow>& rows)
{
    const std::vector<QString> keys = uniqueKeys(rows);
    removeMissing(parent, keys);
    auto& children = parent.children;
    for (std::size_t position = 0; position < rows.size(); ++position) {
        const auto place = children.begin() + static_cast<std::ptrdiff_t>(position);
        const auto found = std::find_if(place, children.end(), [&](const auto& child) { return child->key == keys[position]; });
        const int row = static_cast<int>(position);
        if (found == children.end()) {
            auto item = std::make_unique<Item>();
            item->parent = &parent;
            item->key = keys[position];
            item->cells = rows[position].cells;
            item->mark = rows[position].mark;
            item->trend = rows[position].trend;
            beginInsertRows(indexOf(parent, 0), row, row);
            children.insert(place, std::move(item));
            endInsertRows();
        } else if (found != place) {
            const int from = static_cast<int>(found - children.begin());
            beginMoveRows(indexOf(parent, 0), from, from, indexOf(parent, 0), row);
            std::rotate(place, found, found + 1);
            endMoveRows();
        }
        Item& child = *children[position];
        update(child, rows[position]);
        merge(child, rows[position].children);
    }
}

void KeyedTreeModel::update(Item& item, const TreeRow& row)
{
    if (item.cells == row.cells && item.mark == row.mark && item.trend == row.trend) {
        return;
    }
    item.cells = row.cells;
    item.mark = row.mark;
    item.trend = row.trend;
    emit dataChanged(indexOf(item, 0), indexOf(item, columnCount() - 1));
}

KeyedTreeModel::Item* KeyedTreeModel::itemAt(const QModelIndex& index) const
{
    return index.isValid() ? static_cast<Item*>(index.internalPointer()) : m_root.get();
}

QModelIndex KeyedTreeModel::indexOf(const Item& item, int column) const
{
    return item.parent == nullptr ? QModelIndex() : createIndex(item.row(), column, &item);
}

QModelIndex KeyedTreeModel::index(int row, int column, const QModelIndex& parent) const
{
    if (!hasIndex(row, column, parent)) {
        return {};
    }
    return createIndex(row, column, itemAt(parent)->children.at(static_cast<std::size_t>(row)).get());
}

QModelIndex KeyedTreeModel::parent(const QModelIndex& child) const
{
    return child.isValid() ? indexOf(*itemAt(child)->parent, 0) : QModelIndex();
}

int KeyedTreeModel::rowCount(const QModelIndex& parent) const
{
    return parent.column() > 0 ? 0 : static_cast<int>(itemAt(parent)->children.size());
}

int KeyedTreeModel::columnCount(const QModelIndex& /*parent*/) const
{
    return static_cast<int>(m_titles.size());
}

QVariant KeyedTreeModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    const Item& item = *itemAt(index);
    switch (role) {
    case Qt::DisplayRole:
        return item.cells.value(index.column());
    case Qt::ToolTipRole:
        return item.cells.value(index.column()).toHtmlEscaped();
    case Qt::TextAlignmentRole:
        return index.column() >= m_firstNumeric && index.column() <= m_lastNumeric ? QVariant(int(Qt::AlignRight | Qt::AlignVCenter))
                                                                                   : QVariant();
    case MarkRole:
        return static_cast<int>(item.mark);
    case TrendRole:
        return QVariant::fromValue(item.trend);
    default:
        return {};
    }
}

QVariant KeyedTreeModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal) {
        return {};
    }
    if (role == Qt::TextAlignmentRole) {
        const bool numeric = section >= m_firstNumeric && section <= m_lastNumeric;
        return int((numeric ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    }
    return role == Qt::DisplayRole ? QVariant(m_titles.value(section)) : QVariant();
}

namespace
{

void printRows(const QAbstractItemModel& model, const QModelIndex& parent, int depth, QString& text)
{
    for (int row = 0; row < model.rowCount(parent); ++row) {
        QStringList cells;
        for (int column = 0; column < model.columnCount(parent); ++column) {
            cells.append(model.index(row, column, parent).data().toString());
        }
        while (!cells.isEmpty() && cells.last().isEmpty()) {
            cells.removeLast();
        }
        text += QString(qsizetype{2} * depth, QLatin1Char(' ')) + cells.join(QStringLiteral(" | ")) + QLatin1Char('\n');
        printRows(model, model.index(row, 0, parent), depth + 1, text);
    }
}

} // namespace

QString printModel(const QAbstractItemModel& model)
{
    QString text;
    printRows(model, {}, 0, text);
    return text;
}

} // namespace notrack::gui
