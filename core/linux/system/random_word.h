#pragma once

#include <cstdint>

namespace notrack
{

/// From the kernel (getrandom(2)), which is waited for right after boot; std::system_error where it has none. std::random_device takes glibc's
/// arc4random(), and with it glibc 2.36.
std::uint64_t randomWord();

} // namespace notrack
