#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace notrack
{

/// The whole of `text` as a number in the given base, without sign, prefix or spaces; nothing for anything else and for what does not fit.
template <std::unsigned_integral Number>
std::optional<Number> readNumber(std::string_view text, int base = 10)
{
    Number number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    if (problem != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return number;
}

/// The last `digits` hexadecimal digits of a number, small ones.
inline std::string hexText(std::uint64_t number, std::size_t digits)
{
    std::string text(digits, '0');
    for (; digits > 0; number >>= 4U)
        text[--digits] = "0123456789abcdef"[number & 0xFU];
    return text;
}

} // namespace notrack
