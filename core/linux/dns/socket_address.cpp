#include "core/linux/dns/socket_address.h"

#include <netinet/in.h>
#include <sys/random.h>

#include <cerrno>
#include <chrono>
#include <cstring>

namespace notrack
{

int toDomain(Family family)
{
    return family == Family::Ipv4 ? AF_INET : AF_INET6;
}

SocketAddress toSocketAddress(const Address& address, Port port)
{
    SocketAddress result;
    if (address.family() == Family::Ipv4) {
        sockaddr_in name{};
        name.sin_family = AF_INET;
        name.sin_port = htons(port.value);
        std::memcpy(&name.sin_addr, address.bytes().data(), sizeof name.sin_addr);
        std::memcpy(&result.storage, &name, sizeof name);
        result.length = sizeof name;
        return result;
    }
    sockaddr_in6 name{};
    name.sin6_family = AF_INET6;
    name.sin6_port = htons(port.value);
    std::memcpy(&name.sin6_addr, address.bytes().data(), sizeof name.sin6_addr);
    std::memcpy(&result.storage, &name, sizeof name);
    result.length = sizeof name;
    return result;
}

SocketAddress anyAddress(Family family, Port port)
{
    return toSocketAddress(Address(family, {}), port);
}

std::optional<Address> sourceTowards(const Address& address, Port port)
{
    const FileDescriptor file(socket(toDomain(address.family()), SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const SocketAddress peer = toSocketAddress(address, port);
    SocketAddress name;
    if (!file.valid() || connect(file.get(), peer.get(), peer.length) != 0 || getsockname(file.get(), name.get(), &name.length) != 0)
        return std::nullopt;
    Address::Bytes bytes{};
    if (name.storage.ss_family == AF_INET) {
        sockaddr_in ipv4{};
        std::memcpy(&ipv4, &name.storage, sizeof ipv4);
        std::memcpy(bytes.data(), &ipv4.sin_addr, sizeof ipv4.sin_addr);
        return Address(Family::Ipv4, bytes);
    }
    if (name.storage.ss_family == AF_INET6) {
        sockaddr_in6 ipv6{};
        std::memcpy(&ipv6, &name.storage, sizeof ipv6);
        std::memcpy(bytes.data(), &ipv6.sin6_addr, sizeof ipv6.sin6_addr);
        return Address(Family::Ipv6, bytes);
    }
    return std::nullopt;
}

bool isWantOfThisHost(int number)
{
    return number == EMFILE || number == ENFILE || number == ENOMEM || number == ENOBUFS || number == EAGAIN;
}

std::uint16_t randomId()
{
    std::uint16_t id = 0;
    if (getrandom(&id, sizeof id, GRND_NONBLOCK) != sizeof id)
        id = static_cast<std::uint16_t>(std::chrono::steady_clock::now().time_since_epoch().count());
    return id;
}

} // namespace notrack
