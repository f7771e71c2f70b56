#pragma once

#include "core/report/report.h"
#include "core/rules/comparison.h"

namespace notrack
{

/// The report's view of a comparison: every jump and rule of ours, expected or found.
FamilyReport reportFamily(const Comparison& comparison);

} // namespace notrack
