#pragma once

#include "core/net/ip.h"

#include <cstdint>

namespace notrack
{

/// One entry of the conntrack table, by the packet that made it, and where its answer comes from: a real server, behind IPVS.
struct Flow
{
    std::uint8_t protocol = 0; ///< of IP: 17 is UDP, 6 TCP
    Address source;
    Address destination;
    Port sourcePort; ///< 0 where the protocol has none
    Port destinationPort;
    Address replySource;
    Port replySourcePort;
    std::uint8_t tcpState = 0; ///< enum tcp_conntrack of <linux/netfilter/nf_conntrack_tcp.h>
};

inline constexpr std::uint8_t tcpNumber = 6;
inline constexpr std::uint8_t udpNumber = 17;

} // namespace notrack
