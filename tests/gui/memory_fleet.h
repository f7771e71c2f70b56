#pragma once

#include "gui/remote/fleet_connection.h"
#include "tests/gui/memory_channel.h"

#include <algorithm>

namespace notrack::gui
{

inline std::vector<NodeEntry> nodesNamed(const QStringList& names)
{
    std::vector<NodeEntry> nodes;
    for (const QString& name : names) {
        nodes.push_back({name, name, {}, 0, {}, false, {}});
    }
    return nodes;
}

/// A fleet over channels in memory, with the last state of each node.
struct Fleet
{
    explicit Fleet(ConnectionSettings settings = {})
        : connection(std::move(settings), [this](QObject* parent) { return new MemoryChannel(parent, channels); })
    {
        QObject::connect(&connection, &FleetConnection::linkChanged,
                         [this](const QString& node, const LinkState& state) { states[node] = state; });
        QObject::connect(&connection, &FleetConnection::reportArrived, [this](const QString&, const ReceivedReport&) { ++reports; });
    }

    MemoryChannel& channelOf(const QString& host)
    {
        const auto found = std::find_if(channels.begin(), channels.end(), [&host](const MemoryChannel* channel) {
            return !channel->retired && channel->command.arguments.contains(host);
        });
        return **found;
    }

    std::vector<MemoryChannel*> channels;
    QHash<QString, LinkState> states;
    int reports = 0;
    FleetConnection connection;
};

} // namespace notrack::gui
