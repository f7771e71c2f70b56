#pragma once

#include "core/net/nft_rules.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace notrack
{

struct SavedTable;

/// Packets that each rule and policy dropped or rejected, by what a person finds it by: "filter (iptables): -A FORWARD -p udp -j DROP".
using DropCounts = std::map<std::string, std::uint64_t>;

/// Of tables as `iptables-save -c` prints them.
DropCounts countDrops(const std::vector<SavedTable>& saved);

/// Of every table of nf_tables; a rule without a counter counts nothing, and neither does a policy.
DropCounts countDrops(const nf_tables::Rules& rules);

/// Those that counted at least so many packets more in between, the most first: "24 packets: filter (iptables): ...". A few at most.
std::vector<std::string> droppedBetween(const DropCounts& before, const DropCounts& after, std::uint64_t atLeast);

} // namespace notrack
