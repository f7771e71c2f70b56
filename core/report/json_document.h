#pragma once

#include "core/base/error.h"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace notrack
{

/// What a document that others wrote may cost.
struct DocumentLimits
{
    std::size_t bytes;
    std::size_t levels; ///< of nesting
    std::size_t values; ///< that take memory, whatever they are
};

/// Reads JSON in one pass, and stops where it is none or goes beyond the limits. Of two equal keys the last one counts. `what` is it that the
/// error is about, as in "report".
Result<nlohmann::ordered_json> readDocument(std::string_view text, const DocumentLimits& limits, const std::string& what);

} // namespace notrack
