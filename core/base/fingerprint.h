#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace notrack
{

/// FNV-1a, 64 bits: the same for the same text on every machine.
std::uint64_t hashOf(std::string_view text);

/// A hash that goes on from `sum`, eight bytes at a time: for megabytes, and the same on machines of one byte order only.
std::uint64_t hashOfBytes(std::span<const std::byte> bytes, std::uint64_t sum = 0);

/// A hash of many hashes, in their order.
class HashSum
{
public:
    void add(std::size_t hash) { m_sum = m_sum * 0x100000001b3U + hash; }
    std::size_t get() const { return m_sum; }

private:
    std::size_t m_sum = 0;
};

/// "fnv1a64:" and 16 hexadecimal digits (FNV-1a, 64 bits: draft-eastlake-fnv). It tells texts apart, it does not protect them.
std::string fingerprintOf(std::string_view text);

} // namespace notrack
