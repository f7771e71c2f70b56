#pragma once

#include "core/error.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace notrack
{

/// A table of nftables: family "ip", "ip6", "inet" and so on, and its name.
struct NftTable
{
    std::string family;
    std::string name;

    bool operator==(const NftTable&) const = default;
};

/// Names the tables of this network namespace over netlink. Creates nothing and loads no module: where nf_tables is neither
/// loaded nor built in, there are none. `root` is where /proc, /sys and /lib are.
Result<std::vector<NftTable>> listNftTables(const std::string& root);

/// Reads one datagram of the kernel's answer; gives true while more is to come.
bool readNftTables(std::span<const std::byte> datagram, std::vector<NftTable>& tables);

} // namespace notrack
