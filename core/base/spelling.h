#pragma once

#include <span>
#include <string>
#include <string_view>

namespace notrack
{

/// The text with the letters A to Z in lower case.
std::string lowerCase(std::string_view text);

/// The one of `known` that was probably meant by `written`: at most two letters away, fewer in short words, and case does not count. Empty for none.
std::string_view similarWord(std::string_view written, std::span<const std::string_view> known);

/// The end of a sentence about a word that is not one of `known`: "; did you mean WORD? Allowed: ...", or "; allowed: ...".
std::string suggestion(std::string_view written, std::span<const std::string_view> known);

/// "a, b and c".
std::string enumerate(std::span<const std::string_view> words);

} // namespace notrack
