#pragma once

#include "gui/model/node_record.h"
#include "gui/remote/connection_settings.h"

namespace notrack::gui
{

/// What a person can do about a node. The viewer shows the command and never runs it.
struct Remedy
{
    QString cause;   ///< one sentence; empty where nothing is to be done
    QString command; ///< one line for a shell on this desk; empty where typing does not help

    bool operator==(const Remedy&) const = default;
};

/// What to do about a node that is not live and in sync; pure. The commands go the way that the viewer's own connection goes.
Remedy remedy(const NodeRecord& record, const ConnectionSettings& settings);

/// What brings several nodes in line at once, with the inventories that they came from.
QString playbookCommand(const QStringList& inventories, const QStringList& nodes);

/// A word as a shell reads it back.
QString shellQuoted(const QString& word);

} // namespace notrack::gui
