#pragma once

#include "core/net/ip.h"

#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace notrack
{

/// nftables' name of the family: "ip" or "ip6".
std::string_view nftablesFamily(Family family);

struct NftablesTable
{
    std::string family; ///< "ip", "ip6", "inet", or "other"
    std::string name;
    bool dormant = false; ///< its base chains see no packets

    bool operator==(const NftablesTable&) const = default;
};

/// Questions to nf_tables over netlink that need no library and list nobody's rules. Each fails with NoBackend where the kernel
/// has no nf_tables, and with NotPermitted without CAP_NET_ADMIN. Asking makes the kernel load nf_tables where that is a module:
/// ask isKernelPartActive("nf_tables") first.
Result<std::vector<NftablesTable>> readNftablesTables();

/// Family and name, as in "inet firewalld", of the tables with a base chain of type filter or nat, except at a device.
Result<std::set<std::string>> readFilteringNftablesTables();

/// The tables that one datagram of the kernel's answer names. What is broken in it is left out.
std::vector<NftablesTable> tablesIn(std::span<const std::byte> datagram);

/// Whether the table has a chain of that name; false when there is no such table.
Result<bool> hasNftablesChain(Family family, std::string_view table, std::string_view chain);

/// A number that grows with every change of any nftables rule set in this network namespace.
Result<std::uint32_t> readNftablesGeneration();

} // namespace notrack
