#include "core/report/private_bytes.h"

#include "core/base/clean_text.h"

#include <algorithm>

namespace notrack
{

namespace
{

/// U+10FF00 in UTF-8 is F4 8F BC 80, and U+10FFFF is F4 8F BF BF.
constexpr std::string_view privatePlane = "\xF4\x8F";
constexpr unsigned char firstThird = 0xBC;

bool isAscii(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char byte) { return static_cast<unsigned char>(byte) < 0x80; });
}

/// A character of the plane itself goes byte by byte, too: else it would come back as another.
bool isPrivate(std::string_view text)
{
    return text.size() > 3 && text.starts_with(privatePlane) && static_cast<unsigned char>(text[2]) >= firstThird;
}

void appendPrivate(unsigned char byte, std::string& text)
{
    text += privatePlane;
    text += static_cast<char>(firstThird + (byte >> 6U));
    text += static_cast<char>(0x80U | (byte & 0x3FU));
}

} // namespace

std::string toUtf8(std::string_view bytes)
{
    if (isAscii(bytes))
        return std::string(bytes);
    std::string text;
    while (!bytes.empty()) {
        const Character character = firstCharacter(bytes);
        const bool isPlain = character.length > 0 && !isPrivate(bytes);
        const std::size_t length = isPlain ? character.length : 1;
        if (!isPlain)
            appendPrivate(static_cast<unsigned char>(bytes.front()), text);
        else
            text += bytes.substr(0, length);
        bytes.remove_prefix(length);
    }
    return text;
}

std::string fromUtf8(std::string text)
{
    std::size_t at = text.find(privatePlane);
    while (at != std::string::npos && at + 3 < text.size()) {
        const auto third = static_cast<unsigned char>(text[at + 2]);
        const auto fourth = static_cast<unsigned char>(text[at + 3]);
        if (isPrivate(std::string_view(text).substr(at)))
            text.replace(at, 4, 1, static_cast<char>(static_cast<unsigned>(third - firstThird) << 6U | (fourth & 0x3FU)));
        at = text.find(privatePlane, at + 1);
    }
    return text;
}

} // namespace notrack
