#pragma once

#include "gui/view/tree_page.h"

#include <QTimer>

namespace notrack::gui
{

class FleetFilter;
class Timeline;

/// What happened to one node, newest first.
class TimelinePage : public TreePage
{
    Q_OBJECT

public:
    explicit TimelinePage(const Timeline& timeline);
    void show(const NodeRecord& record) override;

private:
    const Timeline& m_timeline;
};

/// What happened to the nodes that words and group let through. A row that is made current chooses its node.
class FleetTimeline : public FittedTree
{
    Q_OBJECT

public:
    FleetTimeline(const Timeline& timeline, FleetFilter& filter);

signals:
    void nodeChosen(const QString& node);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void refresh();

    const Timeline& m_timeline;
    FleetFilter& m_filter;
    KeyedTreeModel m_rows;
    QTimer m_gather;
};

} // namespace notrack::gui
