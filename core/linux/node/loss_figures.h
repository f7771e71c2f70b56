#pragma once

#include "core/linux/node/pod_namespaces.h"
#include "core/net/ip.h"
#include "core/net/losses.h"

#include <string>
#include <string_view>
#include <vector>

namespace notrack
{

/// Adds what a place lost to full sockets and for want of fragments, by the texts of its /proc/net/snmp and /proc/net/snmp6. Names that its kernel
/// does not have count nothing.
void addPlace(const std::string& place, std::string_view snmp, std::string_view snmp6, LossFigures& figures);

/// Reads where this node loses DNS beside conntrack: IPVS's table with its time-outs, the sockets of the node and of the pods that hold one of
/// `servers`, and the allowances of its network cards. Changes nothing and loads no module; what cannot be read is left out. For a person's look:
/// it enters namespaces.
LossFigures readLossFigures(const std::vector<Prefix>& podNetworks, const std::vector<Address>& servers,
                            const NamespaceSources& namespaces = allNamespaces());

} // namespace notrack
