#pragma once

#include "gui/model/node_record.h"
#include "gui/model/tree_row.h"

namespace notrack::gui
{

/// Connection tracking figures, and what the rules changed in them where the node knows: "Figure | Value | A second".
std::vector<TreeRow> buildConntrackRows(const NodeRecord& record);
QStringList conntrackTitles();

} // namespace notrack::gui
