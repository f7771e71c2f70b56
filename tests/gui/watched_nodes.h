#pragma once

#include "gui/view/preferences.h"

namespace notrack::gui
{

/// Preferences as a command line gives them that names these nodes.
inline Preferences watching(const QStringList& nodes)
{
    Preferences preferences;
    preferences.sources.nodes = nodes;
    return preferences;
}

} // namespace notrack::gui
