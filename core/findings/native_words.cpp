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

namespace
{

/// The last address of a network.
Address lastOf(const Prefix& network)
{
    Address::Bytes bytes = network.address().bytes();
    for (int bit = network.length(); bit < network.address().bits(); ++bit)
        bytes.at(static_cast<std::size_t>(bit / 8)) |= static_cast<std::uint8_t>(0x80U >> static_cast<unsigned>(bit % 8));
    return {network.family(), bytes};
}

/// The address behind it; nothing behind the last of all.
std::optional<Address> nextOf(const Address& address)
{
    Address::Bytes bytes = address.bytes();
    for (int byte = address.bits() / 8 - 1; byte >= 0; --byte)
        if (++bytes.at(static_cast<std::size_t>(byte)) != 0)
            return Address(address.family(), bytes);
    return std::nullopt;
}

/// The largest network that begins at an address and does not reach past another.
Prefix largestNetwork(const Address& first, const Address& last)
{
    int length = first.bits();
    while (length > 0 && Prefix(first, length - 1).address() == first && lastOf(Prefix(first, length - 1)) <= last)
        --length;
    return {first, length};
}

} // namespace

std::vector<Prefix> networksOfRange(std::string_view text)
{
    const std::size_t dash = text.find('-');
    if (dash == std::string_view::npos)
        return {};
    const Result<Address> first = readAddress(text.substr(0, dash));
    const Result<Address> last = readAddress(text.substr(dash + 1));
    std::vector<Prefix> networks;
    if (!first || !last || first->family() != last->family())
        return networks;
    std::optional<Address> at = *first;
    while (at && *at <= *last) {
        networks.push_back(largestNetwork(*at, *last));
        at = nextOf(lastOf(networks.back()));
    }
    return networks;
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
