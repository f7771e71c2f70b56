#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace notrack
{

/// FNV-1a, 64 bits: the same for the same text on every machine.
std::uint64_t hashOf(std::string_view text);

/// "fnv1a64:" and 16 hexadecimal digits (FNV-1a, 64 bits: draft-eastlake-fnv). It tells texts apart, it does not protect them.
std::string fingerprintOf(std::string_view text);

} // namespace notrack
