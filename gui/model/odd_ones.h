#pragma once

#include "gui/model/node_record.h"

#include <vector>

namespace notrack::gui
{

/// What more than half of the nodes that have a report say; empty where there is no such value, or fewer than three nodes.
struct FleetNorm
{
    std::string digest;
    std::string version;
    std::string backend;

    bool operator==(const FleetNorm&) const = default;
};

FleetNorm normOf(const std::vector<std::unique_ptr<NodeRecord>>& records);

/// How far the node's clock is ahead of this desk's, in seconds, as of its last report; nothing without a time in it.
std::optional<qint64> clockOffset(const NodeRecord& record);
/// "right", "2 h behind", "5 min ahead": from clockOffset(). A minute is no fault: reports travel.
QString clockText(qint64 offset);

/// In what the node is unlike most others, although its rules may be in order; a few words each.
QStringList oddities(const NodeRecord& record, const FleetNorm& norm);

} // namespace notrack::gui
