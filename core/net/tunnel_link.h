#pragma once

#include "core/net/ip.h"

#include <optional>
#include <string>
#include <vector>

namespace notrack
{

/// A tunnel's interface on a node.
struct TunnelLink
{
    std::string interface;
    std::string kind;             ///< "vxlan" or "geneve", as the kernel calls it
    Port port;                    ///< UDP, of the outer packets
    std::vector<Prefix> underlay; ///< networks that the node is in with the addresses that outer packets leave from; empty where not known

    bool operator==(const TunnelLink&) const = default;
};

/// What a node reaches through one of its tunnels: another node's end of it.
struct FarEnd
{
    Address inside;              ///< where the routes to that node's pods lead
    Port port;                   ///< of the tunnel
    std::optional<Address> own;  ///< that outer packets to it leave from; nothing where not known
    std::optional<Address> peer; ///< that they go to

    bool operator==(const FarEnd&) const = default;
};

} // namespace notrack
