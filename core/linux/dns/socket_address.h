#pragma once

#include "core/linux/system/file_descriptor.h"
#include "core/net/ip.h"

#include <sys/socket.h>

#include <cstdint>
#include <optional>

namespace notrack
{

/// An address and a port as the kernel's socket calls take them.
struct SocketAddress
{
    sockaddr_storage storage{};
    socklen_t length = sizeof(sockaddr_storage);

    sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

/// AF_INET or AF_INET6.
int toDomain(Family family);

SocketAddress toSocketAddress(const Address& address, Port port);

/// Every address of the family, at that port.
SocketAddress anyAddress(Family family, Port port);

/// The address from which this thread's network namespace sends to that one, by its routes; nothing where there is none. Sends nothing.
std::optional<Address> sourceTowards(const Address& address, Port port);

/// Whether this host lacks something, so that the network was never asked. EAGAIN: no free port, or a full buffer. What a filter drops is EPERM,
/// and an answer of the network.
bool isWantOfThisHost(int number);

/// A DNS id that nobody can guess.
std::uint16_t randomId();

} // namespace notrack
