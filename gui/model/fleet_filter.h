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
    /// Empty: every state.
    void setStates(const QSet<RowState>& states);
    /// Empty: every group.
    void setGroup(const QString& group);
    const QSet<RowState>& states() const { return m_states; }
    bool active() const { return !m_words.isEmpty() || !m_states.isEmpty() || !m_group.isEmpty(); }

protected:
    bool filterAcceptsRow(int sourceRow, const QModelIndex& sourceParent) const override;
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;

private:
    FleetModel* m_fleet;
    QStringList m_words;
    QSet<RowState> m_states;
    QString m_group;
};

} // namespace notrack::gui
