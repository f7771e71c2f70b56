#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace notrack
{

/// Gives what stands in for a word, or the word itself.
using ReplaceWord = std::function<std::string(std::string_view word)>;

/// The text with the longest parts that consist of `letters` replaced; the rest stays.
std::string replaceWords(std::string_view text, std::string_view letters, const ReplaceWord& replace);

} // namespace notrack
