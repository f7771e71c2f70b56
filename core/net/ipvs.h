#pragma once

#include "core/net/ip.h"

#include <cstdint>
#include <string>
#include <vector>

namespace notrack
{

/// A real server of an IPVS virtual service, as /proc/net/ip_vs lists it.
struct RealServer
{
    Address address;
    Port port;
    std::string forwarding; ///< "Masq", "Route", "Tunnel" or "Local"
    std::uint32_t weight = 0;
    std::uint64_t activeConnections = 0;
    std::uint64_t inactiveConnections = 0;

    bool operator==(const RealServer&) const = default;
};

struct VirtualService
{
    Address address;
    Port port;
    Protocol protocol = Protocol::Udp;
    std::string scheduler;
    std::vector<RealServer> realServers;
    bool onePacket = false; ///< one-packet scheduling: no connection is kept

    bool operator==(const VirtualService&) const = default;
};

} // namespace notrack
