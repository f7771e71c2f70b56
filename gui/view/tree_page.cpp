#include "gui/view/tree_page.h"

#include "gui/model/conntrack_rows.h"
#include "gui/model/node_pages.h"
#include "gui/model/trial_rows.h"
#include "gui/view/fleet_delegate.h"

#include <QCoreApplication>
#include <QHeaderView>

#include <utility>

namespace notrack::gui
{

namespace
{

constexpr int noTrend = -1;
constexpr int trendColumn = 6;

} // namespace

QString Page::emptyText(const NodeRecord& record, const QString& reason)
{
    if (record.report) {
        return reason;
    }
    return record.entry.name.isEmpty()
               ? QString()
               : QCoreApplication::translate("NodePage", "No report of this node has come yet. The log says how far it is.");
}

TreePage::TreePage(const QStringList& titles, const QString& name, std::vector<int> widths) : FittedTree(std::move(widths)), m_rows(titles)
{
    setModel(&m_rows);
    setItemDelegate(new TreeDelegate(noTrend, this));
    setUniformRowHeights(true);
    setAlternatingRowColors(true);
    setSelectionMode(QAbstractItemView::ExtendedSelection);
    setAccessibleName(name);
}

RulePage::RulePage() : TreePage(ruleTitles(), tr("Rules"), {0, 15, 11, 13, 10, 10, 16})
{
    rows().setNumericColumns(2, 5);
    setItemDelegate(new TreeDelegate(trendColumn, this));
}

void RulePage::show(const NodeRecord& record)
{
    rows().setRows(buildRuleRows(record));
    setPlaceholder(emptyText(record, tr("The profile asks for no rules, and there are none.")));
}

FindingPage::FindingPage() : TreePage(findingTitles(), tr("Findings"), {0, 22})
{
    setItemDelegate(new WrappedDelegate(this));
    setUniformRowHeights(false);
    setWordWrap(true);
}

void FindingPage::resizeEvent(QResizeEvent* event)
{
    TreePage::resizeEvent(event);
    scheduleDelayedItemsLayout(); // rows are as high as their texts are wide
}

void FindingPage::show(const NodeRecord& record)
{
    rows().setRows(buildFindingRows(record));
    setPlaceholder(emptyText(record, tr("Nothing about this node speaks against the profile.")));
}

ServicePage::ServicePage() : TreePage(serviceTitles(), tr("IPVS"), {0, 30, 10, 10, 10})
{
    rows().setNumericColumns(2, 4);
}

void ServicePage::show(const NodeRecord& record)
{
    rows().setRows(buildServiceRows(record));
    setPlaceholder(emptyText(record, tr("IPVS has no virtual service at the addresses of the profile.")));
}

TrialPage::TrialPage() : TreePage(trialTitles(), tr("Trial"), {26, 22, 16, 18, 7, 0})
{
    constexpr int note = 5;
    setItemDelegate(new WrappedDelegate(this, note));
    setUniformRowHeights(false);
    setWordWrap(true);
    connect(header(), &QHeaderView::sectionResized, this,
            [this] { scheduleDelayedItemsLayout(); }); // rows are as high as their notes are wide
    rows().setNumericColumns(4, 4);
}

void TrialPage::show(const NodeRecord& record)
{
    rows().setRows(buildTrialRows(record));
    setPlaceholder(emptyText(
        record, tr("No trial was made on this node since it started: an apply makes one, or \"dns-notrack trial\" on the node.")));
}

ProfilePage::ProfilePage() : TreePage(profileTitles(), tr("Profile"), {26, 0})
{
    setRootIsDecorated(false);
}

void ProfilePage::show(const NodeRecord& record)
{
    rows().setRows(buildProfileRows(record));
    setPlaceholder(emptyText(record, {}));
}

FigureTree::FigureTree() : TreePage(conntrackTitles(), tr("Connection tracking"), {29, 15, 10})
{
    rows().setNumericColumns(1, 2);
    setRootIsDecorated(false);
}

void FigureTree::show(const NodeRecord& record)
{
    rows().setRows(buildConntrackRows(record));
    setPlaceholder(emptyText(record, {}));
}

} // namespace notrack::gui
