#include "gui/view/conntrack_page.h"

#include "gui/view/history_chart.h"
#include "gui/view/tree_page.h"

#include <QHeaderView>

namespace notrack::gui
{

ConntrackPage::ConntrackPage() : QSplitter(Qt::Horizontal), m_figures(new FigureTree), m_chart(new HistoryChart)
{
    addWidget(m_figures);
    addWidget(m_chart);
    setStretchFactor(0, 0);
    setStretchFactor(1, 1);
    const int room = m_figures->header()->length() + 2 * m_figures->frameWidth();
    setSizes({room, 2 * room});
    setChildrenCollapsible(false);
}

void ConntrackPage::show(const NodeRecord& record)
{
    m_figures->show(record);
    m_chart->setSamples(record.history.samples());
}

QString ConntrackPage::text() const
{
    return m_figures->text();
}

bool ConntrackPage::find(const QString& words, Direction direction)
{
    return m_figures->find(words, direction);
}

} // namespace notrack::gui
