#include "core/linux/node/routes.h"

#include "core/base/number_text.h"
#include "core/base/text_lines.h"

#include <algorithm>
#include <bit>
#include <optional>

namespace notrack
{

namespace
{

// include/uapi/linux/route.h and ipv6_route.h
constexpr std::uint32_t flagUp = 0x1;
constexpr std::uint32_t flagGateway = 0x2;
constexpr std::uint32_t flagReject = 0x200;
constexpr std::uint32_t flagAnycast = 0x00100000;
constexpr std::uint32_t flagLocal = 0x80000000;
constexpr std::size_t mostRoutes = 4096; // a node has one a pod and one a node; border routers have far more
constexpr std::size_t wordsOfRoute4 = 8;
constexpr std::size_t wordsOfRoute6 = 10;
constexpr std::size_t digitsOfIpv6 = 32;

/// /proc/net/route prints the address as the number that its bytes in memory make on this machine.
Address fromMemory(std::uint32_t number)
{
    Address::Bytes bytes{};
    for (std::size_t i = 0; i < 4; ++i) {
        const std::size_t shift = std::endian::native == std::endian::little ? 8 * i : 24 - 8 * i;
        bytes.at(i) = static_cast<std::uint8_t>(number >> shift);
    }
    return {Family::Ipv4, bytes};
}

struct Route6
{
    Route route;
    std::uint32_t flags;
};

std::optional<Route6> readRoute6(std::string_view line)
{
    const std::vector<std::string_view> words = splitWords(line);
    if (words.size() < wordsOfRoute6 || words[0].size() != digitsOfIpv6)
        return std::nullopt;
    Address::Bytes bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto byte = readNumber<std::uint8_t>(words[0].substr(2 * i, 2), 16);
        if (!byte)
            return std::nullopt;
        bytes.at(i) = *byte;
    }
    const auto length = readNumber<std::uint8_t>(words[1], 16);
    const auto flags = readNumber<std::uint32_t>(words[8], 16);
    if (!length || !flags)
        return std::nullopt;
    return Route6{{Prefix(Address(Family::Ipv6, bytes), *length), std::string(words[9]), (*flags & flagGateway) != 0}, *flags};
}

bool isMulticastOrLinkLocal(const Prefix& prefix)
{
    const std::uint8_t first = prefix.address().bytes()[0];
    return prefix.length() > 0 && (first == 0xff || first == 0xfe);
}

} // namespace

std::vector<Prefix> readLocalPrefixes4(std::string_view fibTrie)
{
    std::vector<Prefix> prefixes;
    std::optional<Address> leaf;
    for (const std::string_view line : splitLines(fibTrie)) {
        const std::vector<std::string_view> words = splitWords(line);
        if (words.size() == 2 && words[0] == "|--") {
            const Result<Address> address = readAddress(words[1]);
            leaf = address ? std::optional(*address) : std::nullopt;
        } else if (leaf && words.size() >= 3 && words[0].starts_with('/') && words[2] == "LOCAL") {
            if (const Result<Prefix> prefix = readPrefix(toText(*leaf) + std::string(words[0])))
                prefixes.push_back(*prefix);
        }
    }
    std::sort(prefixes.begin(), prefixes.end());
    prefixes.erase(std::unique(prefixes.begin(), prefixes.end()), prefixes.end());
    return prefixes;
}

std::vector<Prefix> readLocalPrefixes6(std::string_view ipv6Route)
{
    std::vector<Prefix> prefixes;
    for (const std::string_view line : splitLines(ipv6Route))
        if (const std::optional<Route6> one = readRoute6(line);
            one && (one->flags & flagLocal) != 0 && !isMulticastOrLinkLocal(one->route.destination)) // every pod's interface has one
            prefixes.push_back(one->route.destination);
    std::sort(prefixes.begin(), prefixes.end());
    prefixes.erase(std::unique(prefixes.begin(), prefixes.end()), prefixes.end());
    return prefixes;
}

std::vector<Route> readRoutes4(std::string_view route)
{
    std::vector<Route> routes;
    for (const std::string_view line : splitLines(route)) {
        const std::vector<std::string_view> words = splitWords(line);
        if (words.size() < wordsOfRoute4)
            continue;
        const auto destination = readNumber<std::uint32_t>(words[1], 16);
        const auto flags = readNumber<std::uint32_t>(words[3], 16);
        const auto mask = readNumber<std::uint32_t>(words[7], 16);
        if (!destination || !flags || !mask || (*flags & flagUp) == 0 || (*flags & flagReject) != 0)
            continue;
        const Prefix prefix(fromMemory(*destination), std::popcount(*mask));
        routes.push_back({prefix, std::string(words[0]), (*flags & flagGateway) != 0});
    }
    return routes;
}

std::vector<Route> readRoutes6(std::string_view ipv6Route)
{
    constexpr std::uint32_t elsewhere = flagReject | flagLocal | flagAnycast;
    std::vector<Route> routes;
    for (const std::string_view line : splitLines(ipv6Route)) {
        const std::optional<Route6> one = readRoute6(line);
        if (one && (one->flags & flagUp) != 0 && (one->flags & elsewhere) == 0 && !isMulticastOrLinkLocal(one->route.destination))
            routes.push_back(one->route);
    }
    return routes;
}

std::vector<Route> routesTowards(const std::vector<Prefix>& networks, const std::vector<Route>& routes)
{
    std::vector<Route> kept;
    for (const Route& route : routes) {
        const bool wanted = route.destination.length() == 0 || std::any_of(networks.begin(), networks.end(), [&](const Prefix& network) {
                                return network.contains(route.destination.address()) || route.destination.contains(network.address());
                            });
        if (wanted && kept.size() < mostRoutes)
            kept.push_back(route);
    }
    return kept;
}

} // namespace notrack
