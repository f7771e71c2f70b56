#include "gui/view/node_actions.h"

namespace notrack::gui
{

void NodeActions::forEach(const QStringList& nodes, Act act)
{
    for (const QString& node : nodes) {
        (m_watch.connection().*act)(node);
    }
}

} // namespace notrack::gui
