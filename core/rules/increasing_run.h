#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace notrack
{

/// Marks the longest strictly increasing subsequence of `values`; empty values are never part of it. n log n steps.
std::vector<bool> longestIncreasingRun(const std::vector<std::optional<std::size_t>>& values);

} // namespace notrack
