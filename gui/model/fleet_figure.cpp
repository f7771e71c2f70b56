#include "gui/model/fleet_figure.h"

#include <QCoreApplication>

namespace notrack::gui
{

namespace
{

struct FleetFigureText
{
    Q_DECLARE_TR_FUNCTIONS(FleetFigure)
};

} // namespace

FleetFigure figureOf(const FleetModel& fleet)
{
    FleetFigure figure;
    for (int row = 0; row < fleet.rowCount(); ++row) {
        const NodeRecord& record = fleet.record(row);
        const HistorySample* latest = record.isFresh() ? record.history.latest() : nullptr;
        if (latest == nullptr) {
            continue;
        }
        if (latest->queries) {
            ++figure.nodes;
            figure.queries += *latest->queries;
            figure.insertFailed += latest->insertFailed.value_or(0.0F);
        }
        if (latest->usePercent && (figure.fullestNode.isEmpty() || *latest->usePercent > figure.fullest)) {
            figure.fullest = *latest->usePercent;
            figure.fullestNode = record.entry.name;
        }
    }
    return figure;
}

QString figureText(const FleetFigure& figure)
{
    return figure.nodes == 0
               ? QString()
               : FleetFigureText::tr("%1 queries/s kept out of conntrack on %n node(s), %2 insert failures/s", nullptr, figure.nodes)
                     .arg(rateText(figure.queries), rateText(figure.insertFailed));
}

bool FleetHistory::take(const FleetFigure& figure, qint64 monotonic)
{
    if (m_last != 0 && monotonic - m_last < pause) {
        return false;
    }
    m_last = monotonic;
    if (m_queries.size() >= mostSamples) {
        m_queries.erase(m_queries.begin());
    }
    m_queries.push_back(figure.nodes == 0 ? -1.0F : figure.queries);
    return true;
}

} // namespace notrack::gui
