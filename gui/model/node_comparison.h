#pragma once

#include "gui/model/node_record.h"
#include "gui/model/tree_row.h"

namespace notrack::gui
{

/// Two nodes beside each other: profile, backend, versions, clock, then every rule, finding, service and real server: "What | first | second". What
/// differs is marked and stands first among its kind.
std::vector<TreeRow> buildComparisonRows(const NodeRecord& left, const NodeRecord& right);

} // namespace notrack::gui
