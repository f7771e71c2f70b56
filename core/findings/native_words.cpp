#include "core/findings/native_words.h"

#include "core/findings/packet_class.h"

#include <algorithm>
#include <utility>

namespace notrack
{

std::vector<std::string> splitNativeLine(std::string_view line)
{
    std::vector<std::string> words;
    std::string word;
    bool quoted = false;
    const auto end = [&] {
        if (!word.empty())
            words.push_back(std::exchange(word, {}));
    };
    for (const char c : line) {
        if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && (c == ' ' || c == '\t' || c == ';')) {
            end();
        } else if (!quoted && (c == '{' || c == '}' || c == ',')) {
            end();
            words.emplace_back(1, c);
        } else {
            word += c;
        }
    }
    end();
    return words;
}

Condition makeCondition(std::string match, std::string option, std::string value, bool negated)
{
    Condition condition{
        .match = std::move(match), .option = std::move(option), .values = {std::move(value)}, .negated = negated, .prefix = {}};
    std::string& interface = condition.values.front();
    if ((condition.option == "-i" || condition.option == "-o") && interface.ends_with('*'))
        interface.back() = '+';
    if (condition.option == "-s" || condition.option == "-d") {
        const std::string& text = condition.values.front();
        const Result<Prefix> prefix = text.find('/') == std::string::npos
                                          ? readPrefix(text + (text.find(':') == std::string::npos ? "/32" : "/128"))
                                          : readPrefix(text);
        if (prefix)
            condition.prefix = *prefix;
    }
    return condition;
}

Condition unknownCondition()
{
    return makeCondition("nft", "--unknown", "", false);
}

Condition neverCondition()
{
    return makeCondition("nft", "--never", "", false);
}

char operationOf(std::string_view word)
{
    if (word == "&" || word == "and")
        return '&';
    if (word == "|" || word == "or")
        return '|';
    return word == "^" || word == "xor" ? '^' : ' ';
}

std::string upperCase(std::string name)
{
    std::transform(name.begin(), name.end(), name.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    return name;
}

std::optional<std::string> markChangeOf(char operation, const std::string& text)
{
    const std::optional<MarkAndMask> value = readMark(text);
    if (!value || value->mask != ~std::uint32_t{0})
        return std::nullopt;
    const std::string number = std::to_string(value->value);
    switch (operation) {
    case '&':
        return "0/" + std::to_string(~value->value);
    case '|':
        return number + "/" + number;
    case '^':
        return number + "/0";
    default:
        return number + "/4294967295";
    }
}

} // namespace notrack
