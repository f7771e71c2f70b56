#include "core/base/percentile.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace notrack
{

std::optional<double> percentile(std::vector<double> values, double part)
{
    if (values.empty())
        return std::nullopt;
    std::sort(values.begin(), values.end());
    const auto rank = static_cast<std::size_t>(std::ceil(part * static_cast<double>(values.size())));
    return values.at(std::clamp<std::size_t>(rank, 1, values.size()) - 1);
}

} // namespace notrack
