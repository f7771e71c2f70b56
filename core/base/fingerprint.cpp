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

namespace
{

std::uint64_t mixed(std::uint64_t hash, std::uint64_t word)
{
    constexpr std::uint64_t oddMultiplier = 0x9e3779b97f4a7c15U;
    hash = (hash ^ word) * oddMultiplier;
    return hash ^ (hash >> 32U);
}

} // namespace

std::uint64_t hashOfBytes(std::span<const std::byte> bytes, std::uint64_t sum)
{
    const auto wordAt = [&](std::size_t at) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data() + at, sizeof word);
        return word;
    };
    constexpr std::size_t step = 4 * sizeof sum; // four multiplications that do not wait for each other
    sum = mixed(mixed(sum, 1), bytes.size());
    if (bytes.size() >= step) {
        std::uint64_t second = ~sum;
        std::uint64_t third = sum + 1;
        std::uint64_t fourth = ~sum - 1;
        for (; bytes.size() >= step; bytes = bytes.subspan(step)) {
            sum = mixed(sum, wordAt(0));
            second = mixed(second, wordAt(sizeof sum));
            third = mixed(third, wordAt(2 * sizeof sum));
            fourth = mixed(fourth, wordAt(3 * sizeof sum));
        }
        for (const std::uint64_t hash :
             {second, third, fourth}) // one after the other: what stood in one of them differs from the same in another
            sum = mixed(mixed(sum, 1), hash);
    }
    for (; bytes.size() >= sizeof sum; bytes = bytes.subspan(sizeof sum))
        sum = mixed(sum, wordAt(0));
    std::uint64_t rest = 0;
    for (const std::byte byte : bytes)
        rest = (rest << 8U) | std::to_integer<std::uint64_t>(byte);
    return mixed(sum, rest);
}

std::string fingerprintOf(std::string_view text)
{
    std::array<char, 32> printed{};
    std::snprintf(printed.data(), printed.size(), "fnv1a64:%016" PRIx64, hashOf(text));
    return printed.data();
}

} // namespace notrack
