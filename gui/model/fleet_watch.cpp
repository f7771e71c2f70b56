#include "gui/model/fleet_watch.h"

namespace notrack::gui
{

FleetWatch::FleetWatch(ConnectionSettings settings, ChannelFactory makeChannel, QObject* parent)
    : QObject(parent), m_model(this), m_connection(std::move(settings), std::move(makeChannel), this)
{
    m_model.setInterval(m_connection.settings().interval);
    connect(&m_connection, &FleetConnection::linkChanged, &m_model, &FleetModel::takeLink);
    connect(&m_connection, &FleetConnection::reportArrived, &m_model, &FleetModel::takeReport);
    connect(&m_connection, &FleetConnection::logged, &m_model, &FleetModel::takeLog);
}

void FleetWatch::setNodes(const std::vector<NodeEntry>& nodes)
{
    m_model.setNodes(nodes);
    m_connection.setNodes(nodes);
}

void FleetWatch::setSettings(const ConnectionSettings& settings)
{
    m_model.setInterval(settings.interval);
    m_connection.setSettings(settings);
}

} // namespace notrack::gui
