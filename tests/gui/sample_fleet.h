#pragma once

#include "gui/model/fleet_model.h"
#include "tests/gui/sample_reports.h"

namespace notrack::gui
{

inline NodeEntry node(const QString& name, const QStringList& groups = {})
{
    return {name, name, {}, 0, {}, false, groups};
}

inline LinkState live()
{
    return {LinkPhase::Live, LinkProblem::None, {}, 0};
}

inline void report(FleetModel& fleet, const QString& name, const Report& value, qint64 monotonic)
{
    fleet.takeLink(name, live());
    fleet.takeReport(name, receivedAt(value, monotonic));
    fleet.flush();
}

} // namespace notrack::gui
