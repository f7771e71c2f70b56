#pragma once

#include "core/net/ip.h"

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

} // namespace notrack
