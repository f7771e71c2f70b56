#include "core/linux/node/ipvs_table.h"

#include "core/linux/system/text_lines.h"

#include <charconv>
#include <optional>
#include <utility>

namespace notrack
{

namespace
{

constexpr std::size_t digitsOfIpv4 = 8;

template <typename Number>
std::optional<Number> readNumber(std::string_view text, int base)
{
    Number number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    if (problem != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return number;
}

struct Endpoint
{
    Address address;
    Port port;
};

/// "0A60000A:0035" or "[fd00:0096:0000:0000:0000:0000:0000:000a]:0035".
std::optional<Endpoint> readEndpoint(std::string_view text)
{
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos)
        return std::nullopt;
    const auto port = readNumber<std::uint16_t>(text.substr(colon + 1), 16);
    const std::string_view host = text.substr(0, colon);
    if (!port)
        return std::nullopt;
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
        const Result<Address> address = readAddress(host.substr(1, host.size() - 2));
        return address ? std::optional(Endpoint{*address, Port{*port}}) : std::nullopt;
    }
    const auto number = readNumber<std::uint32_t>(host, 16);
    if (!number || host.size() != digitsOfIpv4)
        return std::nullopt;
    Address::Bytes bytes{};
    for (std::size_t i = 0; i < 4; ++i)
        bytes.at(i) = static_cast<std::uint8_t>(*number >> (24 - 8 * i));
    return Endpoint{Address(Family::Ipv4, bytes), Port{*port}};
}

std::optional<VirtualService> readService(const std::vector<std::string_view>& words)
{
    const std::optional<Endpoint> endpoint = words.size() > 1 ? readEndpoint(words[1]) : std::nullopt;
    if (!endpoint || (words[0] != "UDP" && words[0] != "TCP"))
        return std::nullopt;
    VirtualService service;
    service.address = endpoint->address;
    service.port = endpoint->port;
    service.protocol = words[0] == "UDP" ? Protocol::Udp : Protocol::Tcp;
    service.scheduler = words.size() > 2 ? std::string(words[2]) : "";
    return service;
}

/// "-> 0A640103:0035 Masq 1 0 0"
std::optional<RealServer> readServer(const std::vector<std::string_view>& words)
{
    const std::optional<Endpoint> endpoint = words.size() > 5 ? readEndpoint(words[1]) : std::nullopt;
    if (!endpoint)
        return std::nullopt;
    RealServer server;
    server.address = endpoint->address;
    server.port = endpoint->port;
    server.forwarding = std::string(words[2]);
    server.weight = readNumber<std::uint32_t>(words[3], 10).value_or(0);
    server.activeConnections = readNumber<std::uint64_t>(words[4], 10).value_or(0);
    server.inactiveConnections = readNumber<std::uint64_t>(words[5], 10).value_or(0);
    return server;
}

} // namespace

IpvsTable readIpvsTable(std::string_view text)
{
    IpvsTable table;
    bool keeps = false; // whether real servers belong to a service that is kept
    for (const std::string_view line : splitLines(text)) {
        const std::vector<std::string_view> words = splitWords(line);
        if (words.empty())
            continue;
        if (words[0] == "->") {
            if (std::optional<RealServer> server = readServer(words); server && keeps)
                table.services.back().realServers.push_back(std::move(*server));
            continue;
        }
        std::optional<VirtualService> service = readService(words);
        keeps = service.has_value();
        if (service)
            table.services.push_back(std::move(*service));
        else if (words[0] == "FWM")
            table.firewallMarks.emplace_back(trimmed(line));
    }
    return table;
}

} // namespace notrack
