#include "gui/model/fleet_watch.h"

namespace notrack::gui
{

FleetWatch::FleetWatch(ConnectionSettings settings, ChannelFactory makeChannel, QObject* parent)
    : QObject(parent), m_model(this), m_connection(std::move(settings), std::move(makeChannel), this)
{
    connect(&m_connection, &FleetConnection::linkChanged, &m_model, &FleetModel::takeLink);
    connect(&m_connection, &FleetConnection::reportArrived, this, [this](const QString& node, const ReceivedReport& received) {
        m_model.setUsualPause(m_connection.usualPause()); // a round of polling takes longer or shorter by and by
        m_model.takeReport(node, received);
    });
    connect(&m_model, &FleetModel::nodeSettled, &m_timeline, &Timeline::add);
    connect(&m_timeline, &Timeline::sinceChanged, this, [this](const QString& node) { m_model.takeSince(node, m_timeline.since(node)); });
    connect(&m_connection, &FleetConnection::logged, &m_model, &FleetModel::takeLog);
    connect(&m_connection, &FleetConnection::doctorChanged, &m_model, &FleetModel::takeDoctor);
}

void FleetWatch::setNodes(const std::vector<NodeEntry>& nodes)
{
    m_model.setNodes(nodes);
    m_connection.setNodes(nodes);
    m_model.setUsualPause(m_connection.usualPause());
}

void FleetWatch::setSettings(const ConnectionSettings& settings)
{
    m_connection.setSettings(settings);
    m_model.setUsualPause(m_connection.usualPause());
}

} // namespace notrack::gui
