#pragma once

#include "gui/model/fleet_model.h"
#include "gui/model/timeline.h"
#include "gui/remote/fleet_connection.h"

namespace notrack::gui
{

/// The fleet as it is seen: connections on one side, the model that they feed on the other.
class FleetWatch : public QObject
{
    Q_OBJECT

public:
    FleetWatch(ConnectionSettings settings, ChannelFactory makeChannel, QObject* parent = nullptr);

    FleetModel& model() { return m_model; }
    Timeline& timeline() { return m_timeline; }
    FleetConnection& connection() { return m_connection; }

    void setNodes(const std::vector<NodeEntry>& nodes);
    void setSettings(const ConnectionSettings& settings);

private:
    FleetModel m_model;
    Timeline m_timeline;
    FleetConnection m_connection;
};

} // namespace notrack::gui
