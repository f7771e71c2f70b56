#pragma once

#include "core/findings/node_facts.h"

#include <string>

namespace notrack
{

/// A hash of the ipsets whatever the order of their elements, of those elements alone that packets of the profile's DNS and tunnels may meet: ports that
/// these use, networks that hold an address of pods, of services and their servers, of other nodes, or of the node itself.
std::string setsFingerprint(const std::vector<IpSet>& sets, const Profile& profile, const NodeFacts& facts);

/// The same of what stays while pods come and go, and while a program bans addresses: networks, and the addresses of IPVS' services and their servers.
/// Empty where there are no sets.
std::string lastingSetsFingerprint(const NodeFacts& facts);

} // namespace notrack
