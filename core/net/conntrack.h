#pragma once

#include <cstdint>

namespace notrack
{

/// The connection tracking table of a node: gauges from /proc/sys/net/netfilter, counters since boot from
/// /proc/net/stat/nf_conntrack, summed over the CPUs. The counters keep the kernel's names.
struct ConntrackFigures
{
    std::uint64_t entries = 0;
    std::uint64_t max = 0;
    std::uint64_t insertFailed = 0;
    std::uint64_t drop = 0;
    std::uint64_t earlyDrop = 0;
    std::uint64_t clashResolved = 0; ///< "clashres"; 0 on kernels that do not count it

    bool operator==(const ConntrackFigures&) const = default;
};

} // namespace notrack
