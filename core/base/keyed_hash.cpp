#include "core/base/keyed_hash.h"

#include <bit>
#include <cstddef>

namespace notrack
{

namespace
{

struct State
{
    std::array<std::uint64_t, 4> v;

    void round()
    {
        v[0] += v[1];
        v[2] += v[3];
        v[1] = std::rotl(v[1], 13) ^ v[0];
        v[3] = std::rotl(v[3], 16) ^ v[2];
        v[0] = std::rotl(v[0], 32);
        v[2] += v[1];
        v[0] += v[3];
        v[1] = std::rotl(v[1], 17) ^ v[2];
        v[3] = std::rotl(v[3], 21) ^ v[0];
        v[2] = std::rotl(v[2], 32);
    }

    void take(std::uint64_t word)
    {
        v[3] ^= word;
        round();
        round();
        v[0] ^= word;
    }
};

} // namespace

std::uint64_t keyedHash(const HashKey& key, std::string_view bytes)
{
    State state{
        {key[0] ^ 0x736f6d6570736575ULL, key[1] ^ 0x646f72616e646f6dULL, key[0] ^ 0x6c7967656e657261ULL, key[1] ^ 0x7465646279746573ULL}};
    std::uint64_t last = std::uint64_t{bytes.size()} << 56U;
    for (std::size_t at = 0; at <= bytes.size(); at += 8) {
        const std::string_view part = bytes.substr(at, 8);
        std::uint64_t word = part.size() < 8 ? last : 0;
        for (std::size_t i = 0; i < part.size(); ++i)
            word |= std::uint64_t{static_cast<unsigned char>(part[i])} << 8 * i;
        state.take(word);
    }
    state.v[2] ^= 0xff;
    for (int i = 0; i < 4; ++i)
        state.round();
    return state.v[0] ^ state.v[1] ^ state.v[2] ^ state.v[3];
}

} // namespace notrack
