#include "core/profile/profile_source.h"

#include "core/base/clean_text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <string_view>
#include <vector>

namespace notrack
{

namespace
{

constexpr std::size_t widestLine = 100;
constexpr std::size_t shownBeforeCaret = 60;
constexpr std::string_view cutMark = "...";

/// The line of the spot, without its end.
std::string_view lineAt(const Spot& spot)
{
    std::string_view text = spot.source->text;
    for (std::size_t line = 1; line < spot.line; ++line) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos)
            return {};
        text.remove_prefix(end + 1);
    }
    text = text.substr(0, text.find('\n'));
    if (!text.empty() && text.back() == '\r')
        text.remove_suffix(1);
    return text;
}

/// "\x1b" for what fits two digits, else "\u202e".
std::string escape(char32_t value)
{
    std::array<char, 16> text{};
    const auto number = static_cast<unsigned>(value);
    if (number < 0x100)
        std::snprintf(text.data(), text.size(), "\\x%02x", number);
    else
        std::snprintf(text.data(), text.size(), "\\u%04x", number);
    return text.data();
}

/// What each character of `text` is shown as; a byte that is no UTF-8 counts as one.
std::vector<std::string> shownCharacters(std::string_view text)
{
    std::vector<std::string> shown;
    while (!text.empty()) {
        const Character character = firstCharacter(text);
        if (character.length == 0)
            shown.push_back(escape(static_cast<unsigned char>(text.front())));
        else if (character.value == U'\t')
            shown.emplace_back("\\t");
        else if (isControl(character.value))
            shown.push_back(escape(character.value));
        else
            shown.emplace_back(text.substr(0, character.length));
        text.remove_prefix(std::max<std::size_t>(character.length, 1));
    }
    return shown;
}

/// How many columns a shown character takes: escapes take as many as they have characters, anything else one.
std::size_t widthOf(const std::string& shown)
{
    return shown.front() == '\\' ? shown.size() : 1;
}

std::string lineWithCaret(const Spot& spot)
{
    const std::string_view line = lineAt(spot);
    const std::vector<std::string> characters = shownCharacters(line);
    const std::size_t caret = std::min(spot.column - 1, characters.size());
    const std::size_t first = characters.size() > widestLine && caret > shownBeforeCaret ? caret - shownBeforeCaret : 0;
    const std::size_t last = std::min(characters.size(), first + widestLine);
    std::string text = first > 0 ? "  " + std::string(cutMark) : "  ";
    std::string below(text.size(), ' ');
    for (std::size_t i = first; i < last; ++i) {
        text += characters[i];
        if (i < caret)
            below.append(widthOf(characters[i]), ' ');
    }
    if (last < characters.size())
        text += cutMark;
    return text + "\n" + below + "^";
}

} // namespace

std::string toText(const Spot& spot)
{
    return cleanText(spot.source->name, Newlines::Drop) + ":" + std::to_string(spot.line) + ":" + std::to_string(spot.column);
}

Error problemAt(const Spot& spot, const std::string& sentence)
{
    return Error{ErrorKind::BadProfile, sentence + "\n" + lineWithCaret(spot), toText(spot)};
}

void addProblem(std::optional<Error>& problems, const std::optional<Error>& more)
{
    constexpr std::size_t longestMessage = 8192;
    if (!more)
        return;
    if (!problems)
        problems = more;
    else if (problems->message.size() < longestMessage)
        problems->message += "\n" + toText(*more);
}

} // namespace notrack
