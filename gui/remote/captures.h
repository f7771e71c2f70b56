#pragma once

#include "gui/remote/node_entry.h"

#include "core/report/report.h"

#include <QDateTime>

#include <memory>

namespace notrack::gui
{

/// A node as a capture has it: nothing of it is live, and nothing is asked of it.
struct CapturedReport
{
    QString path;
    QDateTime at; ///< as the capture says; invalid where it says nothing that can be read
    bool redacted = false;
    std::shared_ptr<const Report> report; ///< what `doctor` said when it was taken; null where `problem` says why not
    QString health;                       ///< the same for people; not made safe for display
    QString problem;
};

/// Reads a capture, or every *.json of a folder, as nodes; what is none becomes a problem. One capture is in memory at a time, and none is larger
/// than core/report/capture_codec.h allows.
Inventory readCaptures(const QString& path);

/// Whether `path` looks like a capture or a folder of them rather than like an inventory.
bool holdsCaptures(const QString& path);

} // namespace notrack::gui
