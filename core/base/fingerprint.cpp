#include "core/base/fingerprint.h"

#include <array>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstring>

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

std::uint64_t hashOfBytes(std::span<const std::byte> bytes, std::uint64_t sum)
{
    constexpr std::uint64_t oddMultiplier = 0x9e3779b97f4a7c15U;
    const auto add = [&](std::uint64_t word) {
        sum = (sum ^ word) * oddMultiplier;
        sum ^= sum >> 32U;
    };
    add(bytes.size());
    std::uint64_t word = 0;
    std::size_t at = 0;
    for (; bytes.size() - at >= sizeof word; at += sizeof word) {
        std::memcpy(&word, bytes.data() + at, sizeof word);
        add(word);
    }
    word = 0;
    if (at < bytes.size())
        std::memcpy(&word, bytes.data() + at, bytes.size() - at);
    add(word);
    return sum;
}

std::string fingerprintOf(std::string_view text)
{
    std::array<char, 32> printed{};
    std::snprintf(printed.data(), printed.size(), "fnv1a64:%016" PRIx64, hashOf(text));
    return printed.data();
}

} // namespace notrack
