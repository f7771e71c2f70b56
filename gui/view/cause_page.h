#pragma once

#include "gui/model/causes.h"
#include "gui/model/fleet_model.h"
#include "gui/model/keyed_tree_model.h"

#include <QTimer>
#include <QWidget>

class QComboBox;

namespace notrack::gui
{

class FittedTree;
class FleetFilter;

/// The nodes that words and group let through, put together by what they have in common. A row that is made current chooses its node.
class CausePage : public QWidget
{
    Q_OBJECT

public:
    CausePage(const FleetModel& fleet, FleetFilter& filter);

    FittedTree* tree() const { return m_tree; }
    QComboBox* groupings() const { return m_groupings; }

signals:
    void nodeChosen(const QString& node);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void refresh();

    const FleetModel& m_fleet;
    FleetFilter& m_filter;
    QComboBox* m_groupings;
    FittedTree* m_tree;
    KeyedTreeModel m_rows;
    QTimer m_second;
};

} // namespace notrack::gui
