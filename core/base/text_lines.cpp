#include "core/base/text_lines.h"

namespace notrack
{

namespace
{

constexpr std::string_view blanks = " \t\r\n";

/// Texts of megabytes go through it letter by letter, so it asks no library for each.
template <typename IsSeparator>
std::vector<std::string_view> splitAt(std::string_view text, IsSeparator isSeparator)
{
    std::vector<std::string_view> parts;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const std::size_t start = at;
        while (at < text.size() && !isSeparator(text[at]))
            ++at;
        if (at > start)
            parts.push_back(text.substr(start, at - start));
    }
    return parts;
}

} // namespace

std::vector<std::string_view> splitLines(std::string_view text)
{
    return splitAt(text, [](char c) { return c == '\n' || c == '\r'; });
}

std::vector<std::string_view> splitWords(std::string_view line)
{
    return splitAt(line, [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; });
}

std::string_view trimmed(std::string_view text)
{
    const std::size_t start = text.find_first_not_of(blanks);
    if (start == std::string_view::npos)
        return {};
    return text.substr(start, text.find_last_not_of(blanks) - start + 1);
}

} // namespace notrack
