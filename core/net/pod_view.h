#pragma once

#include "core/net/ip.h"
#include "core/net/losses.h"

#include <cstdint>
#include <string>
#include <vector>

namespace notrack
{

/// One pod of a node, as its node sees it.
struct PodView
{
    Address address;
    std::string name;                   ///< of its network namespace
    std::uint64_t entries = 0;          ///< of conntrack, that its queries hold
    std::vector<PlaceCounter> counters; ///< what its own sockets lost

    bool operator==(const PodView&) const = default;
};

} // namespace notrack
