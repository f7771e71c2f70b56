#pragma once

#include "gui/model/tree_row.h"
#include "gui/remote/what_if.h"

namespace notrack::gui
{

QStringList whatIfTitles();
/// A node a row, what would be refused first; below it what speaks against the profile, and what an apply would change.
std::vector<TreeRow> buildWhatIfRows(const std::vector<WhatIfAnswer>& answers);
/// "12 of 40 captures judged; would refuse: 1, would change: 3"
QString whatIfSummary(const std::vector<WhatIfAnswer>& answers);

} // namespace notrack::gui
