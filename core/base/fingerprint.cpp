#include "core/base/fingerprint.h"

#include <array>
#include <cinttypes>
#include <cstdint>
#include <cstdio>

namespace notrack
{

std::uint64_t hashOf(std::string_view text)
{
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char byte : text) {
        hash ^= static_cast<unsigned char>(byte);
        hash *= 0x100000001b3U;
    }
    return hash;
}

std::string fingerprintOf(std::string_view text)
{
    std::array<char, 32> printed{};
    std::snprintf(printed.data(), printed.size(), "fnv1a64:%016" PRIx64, hashOf(text));
    return printed.data();
}

} // namespace notrack
