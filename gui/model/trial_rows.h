#pragma once

#include "gui/model/node_record.h"
#include "gui/model/tree_row.h"

namespace notrack::gui
{

QStringList trialTitles();
/// The last trial on the node: what it came to, and below it what each place got from each service. Empty without one.
std::vector<TreeRow> buildTrialRows(const NodeRecord& record);

} // namespace notrack::gui
