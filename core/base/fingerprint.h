#pragma once

#include <string>
#include <string_view>

namespace notrack
{

/// "fnv1a64:" and 16 hexadecimal digits (FNV-1a, 64 bits: draft-eastlake-fnv). It tells texts apart, it does not protect them.
std::string fingerprintOf(std::string_view text);

} // namespace notrack
