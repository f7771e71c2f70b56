#pragma once

#include "core/linux/node/node_files.h"
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
    bool present = false;                   ///< the kernel has a table, which may be empty

    bool operator==(const IpvsTable&) const = default;
};

/// Reads the text of /proc/net/ip_vs (net/netfilter/ipvs/ip_vs_ctl.c, ip_vs_info_seq_show): addresses and ports are
/// hexadecimal, IPv6 is bracketed text. Lines that are something else are passed over.
IpvsTable readIpvsTable(std::string_view text);

/// Reads /proc/net/ip_vs line by line, whatever its size: the services at the addresses of `always`, and of the others the first 1,000. A file that
/// is not there is an absent table; one that cannot be read is an error, and says nothing about the table.
Result<IpvsTable> readIpvsFile(const NodeFiles& files, const std::vector<Address>& always);

} // namespace notrack
