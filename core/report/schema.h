#pragma once

#include <string_view>

namespace notrack
{

/// The JSON Schemas (draft 2020-12) of the three formats, as they lie in core/schema/. They cannot say all that the readers check.
std::string_view profileSchema();
std::string_view reportSchema();
std::string_view captureSchema();

} // namespace notrack
