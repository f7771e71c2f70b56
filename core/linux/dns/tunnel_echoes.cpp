#include "core/linux/dns/tunnel_echoes.h"

#include "core/linux/dns/socket_address.h"
#include "core/linux/node/tunnel_links.h"
#include "core/linux/system/file_descriptor.h"

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>

namespace notrack
{

namespace
{

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr int echoRounds = 3;
constexpr auto echoRoundTime = 300ms;

/// An echo of either family, without data. The kernel fills ICMPv6's checksum in, ICMP's is ours.
struct IcmpEcho
{
    std::uint8_t type = 0;
    std::uint8_t code = 0;
    std::uint16_t checksum = 0;
    std::uint16_t id = 0;
    std::uint16_t sequence = 0;
};

IcmpEcho makeEcho(Family family, std::uint16_t id, std::uint16_t sequence)
{
    IcmpEcho echo{
        .type = family == Family::Ipv4 ? std::uint8_t{ICMP_ECHO} : std::uint8_t{ICMP6_ECHO_REQUEST}, .id = id, .sequence = sequence};
    std::array<std::uint16_t, sizeof(IcmpEcho) / 2> words{};
    std::memcpy(words.data(), &echo, sizeof echo);
    std::uint32_t sum = 0;
    for (const std::uint16_t word : words)
        sum += word;
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16U);
    echo.checksum = static_cast<std::uint16_t>(~sum);
    return echo;
}

Address senderOf(const sockaddr_storage& storage)
{
    Address::Bytes bytes{};
    if (storage.ss_family == AF_INET)
        std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in&>(storage).sin_addr, sizeof(in_addr));
    else
        std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6&>(storage).sin6_addr, sizeof(in6_addr));
    return {storage.ss_family == AF_INET ? Family::Ipv4 : Family::Ipv6, bytes};
}

/// Echoes of one family, until all have answered or the echoRounds are over.
class EchoAsking
{
public:
    explicit EchoAsking(Family family)
        : m_family(family), m_id(static_cast<std::uint16_t>(getpid())),
          m_file(socket(toDomain(family), SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
                        family == Family::Ipv4 ? int{IPPROTO_ICMP} : int{IPPROTO_ICMPV6}))
    {
    }

    /// Moves those that answer from `open` to `answered`.
    void ask(std::vector<Address>& open, std::vector<Address>& answered)
    {
        for (int round = 0; round < echoRounds && !open.empty() && m_file.valid(); ++round) {
            const IcmpEcho echo = makeEcho(m_family, m_id, static_cast<std::uint16_t>(round));
            for (const Address& end : open) {
                const SocketAddress to = toSocketAddress(end, Port{0});
                static_cast<void>(sendto(m_file.get(), &echo, sizeof echo, 0, to.get(), to.length));
            }
            takeAnswers(Clock::now() + echoRoundTime, open, answered);
        }
    }

private:
    void takeAnswers(Clock::time_point end, std::vector<Address>& open, std::vector<Address>& answered)
    {
        while (!open.empty()) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
            pollfd waiting{m_file.get(), POLLIN, 0};
            if (left <= 0 || poll(&waiting, 1, static_cast<int>(left)) <= 0)
                return;
            std::array<std::byte, 512> packet{};
            SocketAddress from;
            const ssize_t size = recvfrom(m_file.get(), packet.data(), packet.size(), 0, from.get(), &from.length);
            if (size <= 0 || !isAnswer({packet.data(), static_cast<std::size_t>(size)}))
                continue;
            const auto found = std::find(open.begin(), open.end(), senderOf(from.storage));
            if (found == open.end())
                continue;
            answered.push_back(*found);
            open.erase(found);
        }
    }

    /// IPv4 gives the packet with its header, IPv6 without.
    bool isAnswer(std::span<const std::byte> packet) const
    {
        const std::size_t header =
            m_family == Family::Ipv6 || packet.empty() ? 0 : 4 * (std::to_integer<std::size_t>(packet.front()) & 0xfU);
        IcmpEcho echo;
        if (packet.size() < header + sizeof echo)
            return false;
        std::memcpy(&echo, packet.data() + header, sizeof echo);
        return echo.type == (m_family == Family::Ipv4 ? ICMP_ECHOREPLY : ICMP6_ECHO_REPLY) && echo.id == m_id;
    }

    Family m_family;
    std::uint16_t m_id;
    FileDescriptor m_file;
};

class RawEchoes : public TunnelEchoes
{
public:
    std::vector<FarEnd> farEnds(const std::vector<Tunnel>& tunnels) override
    {
        std::vector<Port> ports;
        ports.reserve(tunnels.size());
        for (const Tunnel& tunnel : tunnels)
            ports.push_back(tunnel.port);
        return readFarEnds(ports);
    }

    std::vector<Address> answering(const std::vector<Address>& asked) override
    {
        std::vector<Address> answered;
        for (const Family family : allFamilies) {
            std::vector<Address> open;
            std::copy_if(asked.begin(), asked.end(), std::back_inserter(open), [=](const Address& end) { return end.family() == family; });
            if (!open.empty())
                EchoAsking(family).ask(open, answered);
        }
        return answered;
    }
};

} // namespace

std::unique_ptr<TunnelEchoes> makeTunnelEchoes()
{
    return std::make_unique<RawEchoes>();
}

} // namespace notrack
