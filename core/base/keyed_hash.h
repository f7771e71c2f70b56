#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace notrack
{

/// Whoever does not know it cannot tell from a hash what was hashed.
using HashKey = std::array<std::uint64_t, 2>;

/// SipHash-2-4 (Aumasson and Bernstein, 2012) of any bytes.
std::uint64_t keyedHash(const HashKey& key, std::string_view bytes);

} // namespace notrack
