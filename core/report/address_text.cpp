#include "core/report/address_text.h"

#include "core/base/number_text.h"
#include "core/report/replaced_words.h"

#include <algorithm>
#include <array>
#include <bit>
#include <functional>
#include <optional>

namespace notrack
{

namespace
{

constexpr std::string_view ofAddresses = "0123456789abcdefABCDEF.:";
constexpr std::string_view ofWords = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_.:";

/// An address at the beginning of a word that goes on, as in "10.0.0.1:53", is one, too.
std::optional<Address> addressIn(std::string_view word, std::size_t& length)
{
    const bool dotted = word.find('.') != std::string_view::npos;
    const std::size_t colons = static_cast<std::size_t>(std::count(word.begin(), word.end(), ':'));
    if (!dotted && colons < 2)
        return std::nullopt;
    length = word.size();
    while (length > 0 && (word[length - 1] == '.' || (word[length - 1] == ':' && !word.substr(0, length).ends_with("::"))))
        --length;
    if (const Result<Address> address = readAddress(word.substr(0, length)))
        return *address;
    if (!dotted || colons != 1)
        return std::nullopt;
    length = word.find(':');
    const Result<Address> address = readAddress(word.substr(0, length));
    return address ? std::optional(*address) : std::nullopt;
}

/// "52:54:00:ab:cd:ef"
std::optional<HardwareAddress> hardwareAddressIn(std::string_view word)
{
    HardwareAddress card{};
    for (std::size_t i = 0; i < card.size() && word.size() == 3 * card.size() - 1; ++i) {
        const auto byte = readNumber<std::uint8_t>(word.substr(3 * i, 2), 16);
        if (!byte || (i > 0 && word[3 * i - 1] != ':'))
            return std::nullopt;
        card.at(i) = *byte;
    }
    return word.size() == 3 * card.size() - 1 ? std::optional(card) : std::nullopt;
}

std::string toText(const HardwareAddress& card)
{
    std::string text;
    for (const std::uint8_t byte : card)
        text.append(text.empty() ? "" : ":").append(hexText(byte, 2));
    return text;
}

std::string image(std::string_view word, PrivateAddresses& addresses)
{
    std::size_t length = 0;
    if (word.find_first_not_of(ofAddresses) != std::string_view::npos)
        return std::string(word);
    if (const auto card = hardwareAddressIn(word))
        return toText(addresses.imageOf(*card));
    const std::optional<Address> address = addressIn(word, length);
    return address ? toText(addresses.imageOf(*address)).append(word.substr(length)) : std::string(word);
}

std::optional<int> maskLength(std::string_view text, Family family)
{
    if (const auto length = readNumber<std::uint8_t>(text.substr(0, text.find_first_not_of("0123456789"))); length && text.find('.') > 3)
        return *length;
    const std::string_view word = text.substr(0, text.find_first_not_of(ofAddresses));
    const Result<Address> mask = readAddress(word);
    if (!mask || mask->family() != family)
        return std::nullopt;
    int length = 0;
    for (const std::uint8_t byte : mask->bytes())
        length += std::popcount(byte);
    return length;
}

/// "10.0.0.0/8" and "10.0.0.1-10.0.0.9"; a leaf of /proc/net/fib_trie has its lengths in the lines below.
void learnPlain(std::string_view text, PrivateAddresses& addresses)
{
    std::optional<Address> leaf;
    while (!text.empty()) {
        const std::size_t start = std::min(text.find_first_of(ofWords), text.size());
        const bool afterSlash =
            start > 0 && text[start - 1] == '/' && (start < 2 || ofWords.find(text[start - 2]) == std::string_view::npos);
        text.remove_prefix(start);
        const std::string_view word = text.substr(0, text.find_first_not_of(ofWords));
        const std::string_view rest = text.substr(word.size());
        std::size_t length = 0;
        const std::optional<Address> address =
            word.find_first_not_of(ofAddresses) == std::string_view::npos ? addressIn(word, length) : std::nullopt;
        if (address && length == word.size()) {
            leaf = address;
            if (const auto mask = rest.starts_with('/') ? maskLength(rest.substr(1), address->family()) : std::nullopt)
                addresses.learn(Prefix(*address, *mask));
            const std::string_view next =
                rest.starts_with('-') ? rest.substr(1, rest.find_first_not_of(ofAddresses, 1) - 1) : std::string_view();
            if (const auto last = addressIn(next, length))
                addresses.learnRange(*address, *last);
        } else if (afterSlash && leaf) {
            if (const auto mask = readNumber<std::uint8_t>(word))
                addresses.learn(Prefix(*leaf, *mask));
        }
        text.remove_prefix(word.size());
    }
}

Address fromNumber(std::uint32_t number)
{
    Address::Bytes bytes{};
    for (std::size_t i = 0; i < 4; ++i)
        bytes.at(i) = static_cast<std::uint8_t>(number >> (24 - 8 * i));
    return {Family::Ipv4, bytes};
}

std::uint32_t toNumber(const Address& address)
{
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < 4; ++i)
        number = number << 8U | address.bytes().at(i);
    return number;
}

/// The number as /proc/net/route has it on this kind of machine.
std::uint32_t swapped(std::uint32_t number)
{
    return number << 24U | (number & 0xFF00U) << 8U | (number >> 8U & 0xFF00U) | number >> 24U;
}

std::string digits(std::uint32_t number)
{
    constexpr std::string_view all = "0123456789ABCDEF";
    std::string text(8, '0');
    for (std::size_t i = 0; i < 8; ++i)
        text[7 - i] = all[number >> 4 * i & 0xFU];
    return text;
}

std::optional<std::uint32_t> eightDigits(std::string_view word)
{
    return word.size() == 8 ? readNumber<std::uint32_t>(word, 16) : std::nullopt;
}

std::optional<Address> fromDigits(std::string_view word)
{
    Address::Bytes bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto byte = readNumber<std::uint8_t>(word.substr(2 * i, 2), 16);
        if (!byte)
            return std::nullopt;
        bytes.at(i) = *byte;
    }
    return Address(Family::Ipv6, bytes);
}

/// All 32 digits, with a separator after every four of them.
std::string allDigits(const Address& address, std::string_view separator)
{
    std::string text;
    for (std::size_t i = 0; i < address.bytes().size(); ++i)
        text.append(i > 0 && i % 2 == 0 ? separator : "").append(hexText(address.bytes().at(i), 2));
    return text;
}

std::string replaceInIpvs(std::string_view word, PrivateAddresses& addresses)
{
    if (const auto number = eightDigits(word.substr(0, std::min(word.find(':'), word.size())));
        number && word.size() == 13 && word[8] == ':')
        return digits(toNumber(addresses.imageOf(fromNumber(*number)))).append(word.substr(8));
    const Result<Address> address = word.size() == 39 ? readAddress(word) : Result<Address>(makeError(ErrorKind::Failed, {}));
    return address ? allDigits(addresses.imageOf(*address), ":") : std::string(word);
}

/// Words of each line with their number in it, split at blanks.
void forEachWord(std::string_view text, const std::function<void(std::size_t column, std::string_view word, std::string_view rest)>& take)
{
    std::size_t column = 0;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of(" \t\n"), text.size());
        if (end > 0)
            take(column++, text.substr(0, end), text.substr(end));
        if (end < text.size() && text[end] == '\n')
            column = 0;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

void learnRoutes(std::string_view text, AddressForm form, PrivateAddresses& addresses)
{
    std::optional<Address> destination;
    forEachWord(text, [&](std::size_t column, std::string_view word, std::string_view) {
        if (form == AddressForm::RoutingTable6) {
            if (column == 0 || column == 2)
                destination = word.size() == 32 ? fromDigits(word) : std::nullopt;
            const auto length = readNumber<std::uint8_t>(word, 16);
            if ((column == 1 || column == 3) && destination && length)
                addresses.learn(Prefix(*destination, *length));
            return;
        }
        const auto number = eightDigits(word);
        if (column == 1)
            destination = number ? std::optional(fromNumber(swapped(*number))) : std::nullopt;
        if (column == 7 && destination && number)
            addresses.learn(Prefix(*destination, std::popcount(*number)));
    });
}

std::string replaceInRoutes(std::string_view text, AddressForm form, PrivateAddresses& addresses)
{
    const ReplaceWord replace = [&](std::string_view word) -> std::string {
        if (form == AddressForm::RoutingTable6) {
            const auto address = word.size() == 32 ? fromDigits(word) : std::nullopt;
            return address ? allDigits(addresses.imageOf(*address), "") : std::string(word);
        }
        const auto number = eightDigits(word);
        const Address address = fromNumber(swapped(number.value_or(0)));
        return number ? digits(swapped(toNumber(addresses.imageOf(address)))) : std::string(word);
    };
    return replaceWords(text, ofWords, replace);
}

} // namespace

AddressForm formOf(std::string_view path)
{
    if (path == "/proc/net/ip_vs")
        return AddressForm::IpvsTable;
    if (path == "/proc/net/route")
        return AddressForm::RoutingTable4;
    return path == "/proc/net/ipv6_route" ? AddressForm::RoutingTable6 : AddressForm::Plain;
}

void learnAddresses(std::string_view text, AddressForm form, PrivateAddresses& addresses)
{
    if (form == AddressForm::Plain)
        learnPlain(text, addresses);
    else if (form != AddressForm::IpvsTable)
        learnRoutes(text, form, addresses);
}

std::string replaceAddresses(std::string_view text, AddressForm form, PrivateAddresses& addresses)
{
    switch (form) {
    case AddressForm::Plain:
        return replaceWords(text, ofWords, [&](std::string_view word) { return image(word, addresses); });
    case AddressForm::IpvsTable:
        return replaceWords(text, ofAddresses, [&](std::string_view word) { return replaceInIpvs(word, addresses); });
    case AddressForm::RoutingTable4:
    case AddressForm::RoutingTable6:
        return replaceInRoutes(text, form, addresses);
    }
    return {};
}

} // namespace notrack
