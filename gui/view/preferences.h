#pragma once

#include "gui/remote/connection_settings.h"
#include "gui/remote/node_sources.h"
#include "gui/view/appearance.h"

class QSettings;

namespace notrack::gui
{

/// What the person chose, kept between two starts.
struct Preferences
{
    ConnectionSettings connection;
    NodeSources sources;
    SourceChoices choices; ///< kept also where the sources are those of a command line
    Appearance appearance = Appearance::System;
    bool notify = true;
};

Preferences readPreferences(const QSettings& settings);
/// Keeps everything but the askpass paths, which belong to one run.
void writePreferences(QSettings& settings, const Preferences& preferences);

} // namespace notrack::gui
