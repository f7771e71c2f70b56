#include "gui/view/node_actions.h"

namespace notrack::gui
{

void NodeActions::forEach(const QStringList& nodes, Act act)
{
    for (const QString& node : nodes) {
        (m_watch.connection().*act)(node);
    }
}

void NodeActions::reconnectAll()
{
    for (int row = 0; row < m_watch.model().rowCount(); ++row) {
        const NodeRecord& record = m_watch.model().record(row);
        if (record.link.phase != LinkPhase::Paused) {
            m_watch.connection().reconnect(record.entry.name);
        }
    }
}

} // namespace notrack::gui
