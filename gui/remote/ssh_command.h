#pragma once

#include "gui/remote/connection_settings.h"
#include "gui/remote/node_entry.h"

#include <QStringList>

#include <utility>
#include <vector>

namespace notrack::gui
{

/// A program with its arguments as a list; no shell reads it on this side.
struct Command
{
    QString program;
    QStringList arguments;
    std::vector<std::pair<QString, QString>> environment; ///< added to the viewer's own

    bool operator==(const Command&) const = default;
};

/// Whether ssh may ask the person.
enum class Interaction { Batch, Interactive };

/// The arguments of ssh that say which way `node` is reached: the person's own, port, user and key. Not for a local node.
QStringList waysToNode(const NodeEntry& node, const ConnectionSettings& settings);
/// The command of the runner on `node`.
QString runnerFor(const NodeEntry& node, const ConnectionSettings& settings);

/// Runs the runner with `words` on `node`, as buildCommand() does.
Command buildRunnerCommand(const NodeEntry& node, const ConnectionSettings& settings, Interaction interaction, const QStringList& words);

/// What streams the state of `node`: ssh with the runner as its remote command, or the runner itself for a local node. The node
/// must have passed objectionToHost().
Command buildCommand(const NodeEntry& node, const ConnectionSettings& settings, Interaction interaction);

} // namespace notrack::gui
