#pragma once

#include <optional>
#include <vector>

namespace notrack
{

/// The nearest-rank percentile: the smallest value that `part` (0 to 1) of the values do not exceed. Nothing where there are none.
std::optional<double> percentile(std::vector<double> values, double part);

} // namespace notrack
