#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace notrack
{

/// Whether a text of several lines stays one.
enum class Newlines { Drop, Keep };

/// `text` without what would change how a terminal or a window shows the rest: C0 and C1 controls, DEL, line and
/// paragraph separators, and the controls of bidirectional text. Bytes that are no UTF-8 are dropped as well.
std::string cleanText(std::string_view text, Newlines newlines);

/// The longest beginning of UTF-8 `text` that has at most `most` bytes and does not end inside a character.
std::string_view cutText(std::string_view text, std::size_t most);

/// One character of UTF-8 text.
struct Character
{
    char32_t value = 0;
    std::size_t length = 0; ///< in bytes; 0 when they are no UTF-8
};

/// The character at the start of `text`, which must not be empty. Over-long forms and surrogates are no UTF-8.
Character firstCharacter(std::string_view text);

/// Whether a character controls how others are shown instead of showing itself. The newline is one.
bool isControl(char32_t character);

} // namespace notrack
