#pragma once

#include <charconv>
#include <concepts>
#include <optional>
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

} // namespace notrack
