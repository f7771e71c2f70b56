#include "core/linux/node/tunnel_echoes.h"

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

constexpr int rounds = 3;
constexpr auto roundTime = 300ms;

/// An echo of either family, without data. The kernel fills ICMPv6's checksum in, ICMP's is ours.
struct Echo
{
    std::uint8_t type = 0;
    std::uint8_t code = 0;
    std::uint16_t checksum = 0;
    std::uint16_t id = 0;
    std::uint16_t sequence = 0;
};

Echo makeEcho(Family family, std::uint16_t id, std::uint16_t sequence)
{
    Echo echo{.type = family == Family::Ipv4 ? std::uint8_t{ICMP_ECHO} : std::uint8_t{ICMP6_ECHO_REQUEST}, .id = id, .sequence = sequence};
    std::array<std::uint16_t, sizeof(Echo) / 2> words{};
    std::memcpy(words.data(), &echo, sizeof echo);
    std::uint32_t sum = 0;
    for (const std::uint16_t word : words)
        sum += word;
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16U);
    echo.checksum = static_cast<std::uint16_t>(~sum);
    return echo;
}

struct SocketAddress
{
    sockaddr_storage storage{};
    socklen_t length = 0;
};

SocketAddress socketAddressOf(const Address& address)
{
    SocketAddress result;
    if (address.family() == Family::Ipv4) {
        sockaddr_in ipv4{};
        ipv4.sin_family = AF_INET;
        std::memcpy(&ipv4.sin_addr, address.bytes().data(), sizeof ipv4.sin_addr);
        std::memcpy(&result.storage, &ipv4, result.length = sizeof ipv4);
    } else {
        sockaddr_in6 ipv6{};
        ipv6.sin6_family = AF_INET6;
        std::memcpy(&ipv6.sin6_addr, address.bytes().data(), sizeof ipv6.sin6_addr);
        std::memcpy(&result.storage, &ipv6, result.length = sizeof ipv6);
    }
    return result;
}

Address addressOf(const sockaddr_storage& storage)
{
    Address::Bytes bytes{};
    if (storage.ss_family == AF_INET)
        std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in&>(storage).sin_addr, sizeof(in_addr));
    else
        std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6&>(storage).sin6_addr, sizeof(in6_addr));
    return {storage.ss_family == AF_INET ? Family::Ipv4 : Family::Ipv6, bytes};
}

/// Echoes of one family, until all have answered or the rounds are over.
class Asking
{
public:
    explicit Asking(Family family)
        : m_family(family), m_id(static_cast<std::uint16_t>(getpid())),
          m_file(socket(family == Family::Ipv4 ? AF_INET : AF_INET6, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
                        family == Family::Ipv4 ? int{IPPROTO_ICMP} : int{IPPROTO_ICMPV6}))
    {
    }

    /// Moves those that answer from `open` to `answered`.
    void ask(std::vector<Address>& open, std::vector<Address>& answered)
    {
        for (int round = 0; round < rounds && !open.empty() && m_file.valid(); ++round) {
            const Echo echo = makeEcho(m_family, m_id, static_cast<std::uint16_t>(round));
            for (const Address& end : open) {
                const SocketAddress to = socketAddressOf(end);
                static_cast<void>(sendto(m_file.get(), &echo, sizeof echo, 0, reinterpret_cast<const sockaddr*>(&to.storage), to.length));
            }
            takeAnswers(Clock::now() + roundTime, open, answered);
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
            sockaddr_storage from{};
            socklen_t length = sizeof from;
            const ssize_t size = recvfrom(m_file.get(), packet.data(), packet.size(), 0, reinterpret_cast<sockaddr*>(&from), &length);
            if (size <= 0 || !isAnswer({packet.data(), static_cast<std::size_t>(size)}))
                continue;
            const auto found = std::find(open.begin(), open.end(), addressOf(from));
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
        Echo echo;
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
                Asking(family).ask(open, answered);
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
