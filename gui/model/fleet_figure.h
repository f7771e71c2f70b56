#pragma once

#include "gui/model/fleet_model.h"

#include <vector>

namespace notrack::gui
{

/// What the whole fleet does at this moment. Only nodes that are live and have a rate count.
struct FleetFigure
{
    int nodes = 0;            ///< that count
    float queries = 0;        ///< a second, kept out of connection tracking
    float insertFailed = 0;   ///< a second
    float fullest = 0;        ///< percent
    QString fullestNode = {}; ///< empty: none is known
};

FleetFigure figureOf(const FleetModel& fleet);
/// "41,200 queries/s kept out of conntrack on 12 nodes, 0 insert failures/s"; empty where no node counts.
QString figureText(const FleetFigure& figure);

/// The queries a second of the last hour.
class FleetHistory
{
public:
    static constexpr std::size_t mostSamples = 360;
    static constexpr qint64 pause = 10'000; ///< milliseconds between two samples

    /// Takes a figure where the pause since the last one is over; gives whether.
    bool take(const FleetFigure& figure, qint64 monotonic);
    /// Oldest first; negative is a gap.
    const std::vector<float>& queries() const { return m_queries; }

private:
    std::vector<float> m_queries;
    qint64 m_last = 0;
};

} // namespace notrack::gui
