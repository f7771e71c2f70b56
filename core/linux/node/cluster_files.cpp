#include "core/linux/node/cluster_files.h"

#include "core/base/text_lines.h"

#include <algorithm>

namespace notrack
{

namespace
{

constexpr std::string_view quotes = "\"'";
constexpr std::size_t mostValues = 64;

std::string_view withoutComment(std::string_view line)
{
    return line.substr(0, line.find(" #"));
}

std::string_view unquoted(std::string_view text)
{
    text = trimmed(text);
    if (text.size() >= 2 && quotes.find(text.front()) != std::string_view::npos && text.back() == text.front())
        return text.substr(1, text.size() - 2);
    return text;
}

/// "[a, b]", "a,b" or "a".
void addValues(std::string_view text, std::vector<std::string>& values)
{
    text = unquoted(text);
    if (text.starts_with('[') && text.ends_with(']'))
        text = text.substr(1, text.size() - 2);
    while (!text.empty() && values.size() < mostValues) {
        const std::size_t comma = text.find(',');
        const std::string_view value = unquoted(text.substr(0, comma));
        if (!value.empty())
            values.emplace_back(value);
        if (comma == std::string_view::npos)
            return;
        text.remove_prefix(comma + 1);
    }
}

} // namespace

std::vector<std::string> readYamlValues(std::string_view text, std::string_view key)
{
    std::vector<std::string> values;
    bool inList = false;
    for (const std::string_view raw : splitLines(text)) {
        const std::string_view line = withoutComment(raw);
        const std::string_view content = trimmed(line);
        if (content.empty() || content.starts_with('#'))
            continue;
        if (inList && content.starts_with("- "))
            addValues(content.substr(2), values);
        else if (line.starts_with(key) && line.substr(key.size()).starts_with(':')) {
            addValues(line.substr(key.size() + 1), values);
            inList = values.empty();
        } else {
            inList = false;
        }
    }
    return values;
}

std::vector<std::string> readFlagValues(std::string_view text, std::string_view name)
{
    std::vector<std::string> values;
    const std::string flag = "--" + std::string(name);
    std::size_t at = 0;
    while ((at = text.find(flag, at)) != std::string_view::npos && values.size() < mostValues) {
        at += flag.size();
        if (at >= text.size() || (text[at] != '=' && text[at] != ' '))
            continue;
        const std::string_view rest = text.substr(at + 1);
        addValues(rest.substr(0, rest.find_first_of(" \t\r\n\"'\\")), values);
    }
    return values;
}

std::vector<std::string> readJsonStrings(std::string_view text, std::string_view key)
{
    std::vector<std::string> values;
    const std::string quoted = "\"" + std::string(key) + "\"";
    std::size_t at = 0;
    while ((at = text.find(quoted, at)) != std::string_view::npos) {
        at += quoted.size();
        std::string_view rest = trimmed(text.substr(at));
        if (!rest.starts_with(':'))
            continue;
        rest = trimmed(rest.substr(1));
        const bool isList = rest.starts_with('[');
        std::string_view scope = isList ? rest.substr(1, rest.find(']') - 1) : rest;
        while (values.size() < mostValues) {
            scope = trimmed(scope);
            if (scope.starts_with(','))
                scope = trimmed(scope.substr(1));
            const std::size_t end = scope.starts_with('"') ? scope.find('"', 1) : std::string_view::npos;
            if (end == std::string_view::npos)
                break;
            values.emplace_back(scope.substr(1, end - 1));
            scope.remove_prefix(end + 1);
            if (!isList)
                break;
        }
    }
    return values;
}

std::vector<std::string> readVariable(std::string_view text, std::string_view name)
{
    std::vector<std::string> values;
    for (const std::string_view line : splitLines(text))
        if (line.starts_with(name) && line.substr(name.size()).starts_with('='))
            addValues(line.substr(name.size() + 1), values);
    return values;
}

} // namespace notrack
