#pragma once

#include "gui/model/timeline.h"
#include "gui/model/tree_row.h"

#include <functional>

namespace notrack::gui
{

/// The newest entries of the nodes that `shows` lets through, newest first: "When | Node | State | Why". A node that went back and forth between two
/// states is one row. What the viewer itself did stands in between.
std::vector<TreeRow> buildTimelineRows(const Timeline& timeline, const std::function<bool(const QString& node)>& shows);
QStringList timelineTitles();

} // namespace notrack::gui
