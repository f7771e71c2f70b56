#include "core/base/clean_text.h"

#include <algorithm>
#include <array>

namespace notrack
{

namespace
{

struct CharacterRange
{
    char32_t first;
    char32_t last;
};

constexpr std::array controlRanges{
    CharacterRange{0x0000, 0x001f}, // C0
    CharacterRange{0x007f, 0x009f}, // DEL and C1
    CharacterRange{0x061c, 0x061c}, // Arabic letter mark
    CharacterRange{0x200e, 0x200f}, // left-to-right and right-to-left mark
    CharacterRange{0x2028, 0x202e}, // separators, embeddings and overrides
    CharacterRange{0x2066, 0x2069}, // isolates
};

/// How many bytes a UTF-8 character has by its first one; 0 for a byte that starts none.
std::size_t lengthByFirstByte(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first < 0xe0)
        return 2;
    if (first >= 0xe0 && first < 0xf0)
        return 3;
    if (first >= 0xf0 && first < 0xf5)
        return 4;
    return 0;
}

bool continues(char byte)
{
    return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U;
}

} // namespace

Character firstCharacter(std::string_view text)
{
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t length = lengthByFirstByte(first);
    if (length == 0 || text.size() < length)
        return {};
    if (length == 1)
        return {first, 1};
    char32_t value = first & (0x7fU >> length);
    for (const char byte : text.substr(1, length - 1)) {
        if (!continues(byte))
            return {};
        value = (value << 6U) | (static_cast<unsigned char>(byte) & 0x3fU);
    }
    const bool overLong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
    const bool surrogate = value >= 0xd800 && value < 0xe000;
    if (overLong || surrogate || value > 0x10ffff)
        return {};
    return {value, length};
}

bool isControl(char32_t character)
{
    return std::any_of(controlRanges.begin(), controlRanges.end(),
                       [=](const CharacterRange& range) { return range.first <= character && character <= range.last; });
}

std::string cleanText(std::string_view text, Newlines newlines)
{
    std::string clean;
    clean.reserve(text.size());
    while (!text.empty()) {
        const Character character = firstCharacter(text);
        const bool kept = character.length > 0 && (!isControl(character.value) || (character.value == U'\n' && newlines == Newlines::Keep));
        if (kept)
            clean += text.substr(0, character.length);
        text.remove_prefix(std::max<std::size_t>(character.length, 1));
    }
    return clean;
}

std::string_view cutText(std::string_view text, std::size_t most)
{
    if (text.size() <= most)
        return text;
    while (most > 0 && continues(text[most]))
        --most;
    return text.substr(0, most);
}

} // namespace notrack
