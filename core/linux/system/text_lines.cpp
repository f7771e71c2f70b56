#include "core/linux/system/text_lines.h"

namespace notrack
{

namespace
{

constexpr std::string_view blanks = " \t\r\n";

std::vector<std::string_view> splitAt(std::string_view text, std::string_view separators)
{
    std::vector<std::string_view> parts;
    while (true) {
        const std::size_t start = text.find_first_not_of(separators);
        if (start == std::string_view::npos)
            return parts;
        text.remove_prefix(start);
        const std::size_t end = text.find_first_of(separators);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos)
            return parts;
        text.remove_prefix(end);
    }
}

} // namespace

std::vector<std::string_view> splitLines(std::string_view text)
{
    return splitAt(text, "\r\n");
}

std::vector<std::string_view> splitWords(std::string_view line)
{
    return splitAt(line, blanks);
}

std::string_view trimmed(std::string_view text)
{
    const std::size_t start = text.find_first_not_of(blanks);
    if (start == std::string_view::npos)
        return {};
    return text.substr(start, text.find_last_not_of(blanks) - start + 1);
}

} // namespace notrack
