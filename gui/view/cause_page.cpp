#include "gui/view/cause_page.h"

#include "gui/model/fleet_filter.h"
#include "gui/view/appearance.h"
#include "gui/view/fitted_tree.h"
#include "gui/view/fleet_delegate.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

namespace notrack::gui
{

CausePage::CausePage(const FleetModel& fleet, FleetFilter& filter)
    : m_fleet(fleet), m_filter(filter), m_groupings(new QComboBox), m_tree(new FittedTree({0, 40})), m_rows(causeTitles()), m_second(this)
{
    constexpr int noTrend = -1;
    for (const Grouping grouping : allGroupings) {
        m_groupings->addItem(displayText(grouping));
    }
    QLabel* label = makePlainLabel(tr("&Put together by:"));
    label->setBuddy(m_groupings);
    m_tree->setModel(&m_rows);
    m_tree->setItemDelegate(new TreeDelegate(noTrend, m_tree));
    m_tree->setUniformRowHeights(true);
    m_tree->setAlternatingRowColors(true);
    m_tree->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_tree->setAccessibleName(tr("Nodes by what they have in common"));
    auto* choice = new QHBoxLayout;
    choice->addWidget(label);
    choice->addWidget(m_groupings);
    choice->addStretch(1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addLayout(choice);
    layout->addWidget(m_tree, 1);
    connect(m_groupings, &QComboBox::currentIndexChanged, this, &CausePage::refresh);
    connect(&m_second, &QTimer::timeout, this, &CausePage::refresh);
    m_second.start(1000);
    connect(m_tree->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& current) {
        if (m_tree->hasFocus() && current.parent().isValid()) {
            emit nodeChosen(current.siblingAtColumn(0).data().toString());
        }
    });
}

void CausePage::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    refresh();
}

void CausePage::refresh()
{
    if (!isVisible()) {
        return;
    }
    std::vector<const NodeRecord*> nodes;
    for (int row = 0; row < m_filter.rowCount(); ++row) {
        nodes.push_back(&m_fleet.record(m_filter.mapToSource(m_filter.index(row, 0)).row()));
    }
    m_rows.setRows(buildCauseRows(nodes, allGroupings.at(static_cast<std::size_t>(m_groupings->currentIndex()))));
}

} // namespace notrack::gui
