#pragma once

#include "core/net/tunnel_link.h"

#include <vector>

namespace notrack
{

/// The tunnels of this network namespace by the kernel's own list of links, in its order; none where it cannot be read. Of those that name no
/// address and no device of their own, the underlay is not known.
std::vector<TunnelLink> readTunnelLinks();

/// Where routes of the main table lead to through the tunnels of these ports, as the pods' networks of other nodes are routed. Each once, at most
/// 256. Its outer addresses are those of the neighbour table and of the tunnel's forwarding table.
std::vector<FarEnd> readFarEnds(const std::vector<Port>& ports);

} // namespace notrack
