#pragma once

#include "gui/model/fleet_model.h"

#include <QSet>
#include <QSortFilterProxyModel>

namespace notrack::gui
{

/// The rows of a FleetModel that the person wants to see, in the order asked for.
class FleetFilter : public QSortFilterProxyModel
{
    Q_OBJECT

public:
    explicit FleetFilter(FleetModel* fleet, QObject* parent = nullptr);

    /// Words that must all be in name, groups, state, profile or note; no case.
    void setText(const QString& text);
    /// Empty: every state. A node that is not heard of any more is let through by the state it was in, too.
    void setStates(const QSet<RowState>& states);
    /// Empty: every group.
    void setGroup(const QString& group);
    const QSet<RowState>& states() const { return m_states; }
    /// By state, of the nodes that the words and the group let through: what a press on a state would show.
    StateCounts counts() const;
    /// Whether words and group let the node through, whatever its state was or is. Nodes that are gone are let through without a filter.
    bool shows(const QString& node) const;
    bool active() const { return !m_words.isEmpty() || !m_states.isEmpty() || !m_group.isEmpty(); }

protected:
    bool filterAcceptsRow(int sourceRow, const QModelIndex& sourceParent) const override;
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;

private:
    bool passesWordsAndGroup(const NodeRecord& record) const;

    FleetModel* m_fleet;
    QStringList m_words;
    QSet<RowState> m_states;
    QString m_group;
};

} // namespace notrack::gui
