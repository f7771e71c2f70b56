#pragma once

#include "gui/model/fleet_watch.h"

#include <QStringList>

namespace notrack::gui
{

/// What a person can do to the connections of nodes; a node itself is never changed.
class NodeActions
{
public:
    using Act = void (FleetConnection::*)(const QString& node);

    explicit NodeActions(FleetWatch& watch) : m_watch(watch) {}

    void forEach(const QStringList& nodes, Act act);

private:
    FleetWatch& m_watch;
};

} // namespace notrack::gui
