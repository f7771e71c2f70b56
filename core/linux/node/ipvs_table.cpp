#include "core/linux/node/ipvs_table.h"

#include "core/base/number_text.h"
#include "core/base/text_lines.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace notrack
{

namespace
{

constexpr std::size_t digitsOfIpv4 = 8;
constexpr std::size_t mostOtherServices = 1000; // what a report holds
constexpr std::size_t mostMarks = 1000;

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
    service.onePacket = std::find(words.begin(), words.end(), "ops") != words.end();
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

/// Takes the lines of a table in their order.
class TableReading
{
public:
    TableReading(const std::vector<Address>& always, std::size_t mostOthers) : m_always(always), m_mostOthers(mostOthers) {}

    void take(std::string_view line)
    {
        m_table.present = true;
        const std::vector<std::string_view> words = splitWords(line);
        if (words.empty())
            return;
        if (words[0] == "->") {
            if (std::optional<RealServer> server = m_keeps ? readServer(words) : std::nullopt)
                m_table.services.back().realServers.push_back(std::move(*server));
            return;
        }
        std::optional<VirtualService> service = readService(words);
        m_keeps = service && isKept(*service);
        if (m_keeps)
            m_table.services.push_back(std::move(*service));
        else if (words[0] == "FWM" && m_table.firewallMarks.size() < mostMarks)
            m_table.firewallMarks.emplace_back(trimmed(line));
    }

    IpvsTable finish() { return std::move(m_table); }

private:
    bool isKept(const VirtualService& service)
    {
        return std::find(m_always.begin(), m_always.end(), service.address) != m_always.end() || m_others++ < m_mostOthers;
    }

    const std::vector<Address>& m_always;
    std::size_t m_mostOthers;
    std::size_t m_others = 0;
    bool m_keeps = false; // whether real servers belong to a service that is kept
    IpvsTable m_table;
};

} // namespace

IpvsTable readIpvsTable(std::string_view text)
{
    const std::vector<Address> nobody;
    TableReading reading(nobody, text.size());
    for (const std::string_view line : splitLines(text))
        reading.take(line);
    return reading.finish();
}

Result<IpvsTable> readIpvsFile(const NodeFiles& files, const std::vector<Address>& always)
{
    TableReading reading(always, mostOtherServices);
    if (const Result<void> read = files.readLines("/proc/net/ip_vs", [&](std::string_view line) { reading.take(line); }); !read)
        return tl::unexpected(read.error());
    return reading.finish();
}

} // namespace notrack
