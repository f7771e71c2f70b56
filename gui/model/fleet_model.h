#pragma once

#include "gui/model/odd_ones.h"

#include <QAbstractTableModel>
#include <QHash>
#include <QTimer>

#include <array>
#include <map>
#include <memory>
#include <vector>

namespace notrack::gui
{

/// How many nodes are in a state, and how many were when they were last heard of.
struct StateCount
{
    int now = 0;
    int before = 0;

    bool operator==(const StateCount&) const = default;
};

/// By RowState.
using StateCounts = std::array<StateCount, allRowStates.size()>;

/// Counts the node where it is, and where it was if that is worse than in sync.
void countState(const NodeRecord& record, StateCounts& counts);

/// The nodes as a table, keyed by name. Changes are gathered and told a few times a second, so that thousands of reports a
/// minute cost the views little; rows stay where they are, so that selection and scrolling survive.
class FleetModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column { Node, Groups, State, Profile, Untracked, InsertFailed, ConntrackUse, Findings, SinceWhen, Age, Note, ColumnCount };
    enum Role { StateRole = Qt::UserRole, StaleRole };

    explicit FleetModel(QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

    /// Takes over what is new and drops what is gone.
    void setNodes(const std::vector<NodeEntry>& nodes);
    /// How far apart the reports of a healthy node are, in milliseconds: tells what the next
    /// report counts as fresh for, and what is a gap in rates.
    void setUsualPause(qint64 milliseconds) { m_usualPause = milliseconds; }

    /// The record of a row; the row must be there.
    const NodeRecord& record(int row) const { return *m_records.at(static_cast<std::size_t>(row)); }
    /// nullptr for a name that is not there.
    const NodeRecord* find(const QString& node) const;
    int rowOf(const QString& node) const { return m_rows.value(node, -1); }
    StateCounts counts() const;
    /// All groups, sorted.
    QStringList groups() const;

    void takeLink(const QString& node, const LinkState& state);
    void takeReport(const QString& node, const ReceivedReport& received);
    void takeLog(const QString& node, const QString& line);
    void takeDoctor(const QString& node, const DoctorVisit& visit);
    void takeSince(const QString& node, const std::optional<Since>& since);

    /// Looks which reports have become too old to pass for live; happens by itself once a second.
    void judgeFreshness(qint64 now);
    /// Looks what most nodes have in common; happens by itself once a second.
    void judgeNorm() { m_norm = normOf(m_records); }
    /// Tells the views now what would be told soon.
    void flush();

signals:
    void countsChanged();
    /// Something about the node changed; gathered like dataChanged.
    void nodeChanged(const QString& node);
    /// The node came into a state that says something about it.
    void nodeSettled(const notrack::gui::TimelineEntry& entry);
    /// The node went from a better state to a worse one.
    void nodeWorsened(const QString& node, notrack::gui::RowState before, notrack::gui::RowState now);

private:
    QVariant displayData(const NodeRecord& record, int column) const;
    QString noteOf(const NodeRecord& record) const;
    void removeMissing(const std::vector<NodeEntry>& nodes);
    void markChanged(int row, int firstColumn = 0);
    void tellChanged(const std::vector<int>& rows, Column first);
    void settle(NodeRecord& record);
    /// Writes down the rows from `first` on.
    void renumber(int first);

    std::vector<std::unique_ptr<NodeRecord>> m_records;
    QHash<QString, int> m_rows;
    std::map<int, int> m_changed; ///< rows, with the first column that changed
    QTimer m_gather;
    QTimer m_second;
    qint64 m_usualPause = 5000;
    FleetNorm m_norm;
};

} // namespace notrack::gui
