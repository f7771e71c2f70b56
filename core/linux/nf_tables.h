#pragma once

#include "core/ip.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace notrack
{

/// nftables' name of the family: "ip" or "ip6".
std::string_view nftablesFamily(Family family);

struct NftablesName
{
    std::string table;
    bool dormant = false; ///< its base chains see no packets
};

/// Questions to nf_tables over netlink that need no library and list nobody's rules. Each fails with NoBackend where the kernel
/// has no nf_tables, and with NotPermitted without CAP_NET_ADMIN. Asking makes the kernel load nf_tables where that is a module:
/// ask isKernelPartActive("nf_tables") first.
Result<std::vector<NftablesName>> readNftablesNames(Family family);

/// Whether the table has a chain of that name; false when there is no such table.
Result<bool> hasNftablesChain(Family family, std::string_view table, std::string_view chain);

/// A number that grows with every change of any nftables rule set in this network namespace.
Result<std::uint32_t> readNftablesGeneration();

} // namespace notrack
