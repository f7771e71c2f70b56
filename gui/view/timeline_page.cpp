#include "gui/view/timeline_page.h"

#include "gui/model/fleet_filter.h"
#include "gui/model/timeline_rows.h"
#include "gui/view/fleet_delegate.h"

namespace notrack::gui
{

namespace
{

constexpr int nodeColumn = 1;

std::vector<int> timelineWidths()
{
    return {22, 17, 28, 0};
}

} // namespace

TimelinePage::TimelinePage(const Timeline& timeline) : TreePage(timelineTitles(), tr("Timeline"), timelineWidths()), m_timeline(timeline)
{
    setRootIsDecorated(false);
    setColumnHidden(nodeColumn, true);
}

void TimelinePage::show(const NodeRecord& record)
{
    const QString& name = record.entry.name;
    rows().setRows(name.isEmpty() ? std::vector<TreeRow>()
                                  : buildTimelineRows(m_timeline, [&name](const QString& node) { return node == name; }));
}

FleetTimeline::FleetTimeline(const Timeline& timeline, FleetFilter& filter)
    : FittedTree(timelineWidths()), m_timeline(timeline), m_filter(filter), m_rows(timelineTitles()), m_gather(this)
{
    constexpr int noTrend = -1;
    constexpr int gatherMilliseconds = 500;
    setModel(&m_rows);
    setItemDelegate(new TreeDelegate(noTrend, this));
    setRootIsDecorated(false);
    setUniformRowHeights(true);
    setAlternatingRowColors(true);
    setSelectionMode(QAbstractItemView::ExtendedSelection);
    setAccessibleName(tr("Timeline of the nodes"));
    m_gather.setSingleShot(true);
    m_gather.setInterval(gatherMilliseconds);
    connect(&m_gather, &QTimer::timeout, this, &FleetTimeline::refresh);
    connect(&m_timeline, &Timeline::added, &m_gather, qOverload<>(&QTimer::start));
    connect(&m_filter, &QAbstractItemModel::layoutChanged, &m_gather, qOverload<>(&QTimer::start));
    connect(&m_filter, &QAbstractItemModel::rowsInserted, &m_gather, qOverload<>(&QTimer::start));
    connect(&m_filter, &QAbstractItemModel::rowsRemoved, &m_gather, qOverload<>(&QTimer::start));
    connect(selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& current) {
        const QString node = current.siblingAtColumn(nodeColumn).data().toString();
        if (hasFocus() && !node.isEmpty()) {
            emit nodeChosen(node);
        }
    });
}

void FleetTimeline::showEvent(QShowEvent* event)
{
    FittedTree::showEvent(event);
    refresh();
}

void FleetTimeline::refresh()
{
    if (isVisible()) {
        m_rows.setRows(buildTimelineRows(m_timeline, [this](const QString& node) { return m_filter.shows(node); }));
    }
}

} // namespace notrack::gui
