#include "core/rules/increasing_run.h"

#include <algorithm>

namespace notrack
{

std::vector<bool> longestIncreasingRun(const std::vector<std::optional<std::size_t>>& values)
{
    std::vector<std::size_t> ends;                                   // ends[k]: where the best run of k + 1 values ends
    std::vector<std::optional<std::size_t>> previous(values.size()); // the value before, in the best run that ends here
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!values[i])
            continue;
        const auto place = std::lower_bound(ends.begin(), ends.end(), *values[i],
                                            [&](std::size_t end, std::size_t value) { return *values[end] < value; });
        if (place != ends.begin())
            previous[i] = *std::prev(place);
        if (place == ends.end())
            ends.push_back(i);
        else
            *place = i;
    }
    std::vector<bool> marked(values.size());
    std::optional<std::size_t> at = ends.empty() ? std::nullopt : std::optional(ends.back());
    for (; at; at = previous[*at])
        marked[*at] = true;
    return marked;
}

} // namespace notrack
