#include "core/base/percentile.h"

#include <algorithm>
#include <cstddef>

namespace notrack
{

std::optional<double> percentile(std::vector<double> values, double part)
{
    if (values.empty())
        return std::nullopt;
    std::sort(values.begin(), values.end());
    const double place = part * static_cast<double>(values.size());
    const auto below = static_cast<std::size_t>(place);
    const std::size_t rank = static_cast<double>(below) < place ? below + 1 : below;
    return values.at(std::clamp<std::size_t>(rank, 1, values.size()) - 1);
}

} // namespace notrack
