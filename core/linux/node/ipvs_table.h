#pragma once

#include "core/net/ipvs.h"

#include <string>
#include <string_view>
#include <vector>

namespace notrack
{

/// What /proc/net/ip_vs lists.
struct IpvsTable
{
    std::vector<VirtualService> services;   ///< those over UDP and TCP
    std::vector<std::string> firewallMarks; ///< lines of services that a firewall mark selects

    bool operator==(const IpvsTable&) const = default;
};

/// Reads the text of /proc/net/ip_vs (net/netfilter/ipvs/ip_vs_ctl.c, ip_vs_info_seq_show): addresses and ports are
/// hexadecimal, IPv6 is bracketed text. Lines that are something else are passed over.
IpvsTable readIpvsTable(std::string_view text);

} // namespace notrack
