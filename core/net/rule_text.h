#pragma once

#include "core/net/rule.h"

#include <string_view>

namespace notrack
{

/// Reads a rule from the very text that toText() makes of it. Failed for anything else.
Result<NotrackRule> readRule(std::string_view text);

} // namespace notrack
