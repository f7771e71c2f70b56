#pragma once

#include "core/report/report.h"

#include <vector>

namespace notrack
{

/// Why DNS is lost on the node that a report is about, the worst first: what loses now (as its probe saw, or as a table says) before what lost
/// since boot, and more before less. Empty where no figure shows a loss. A pure function of conntrack's figures, `losses`, the probe and the state.
std::vector<Cause> rankCauses(const Report& report);

/// How much of conntrack's table is in use.
std::uint64_t percentFull(const ConntrackFigures& figures);

/// The kernel starts to evict at its maximum; a fifth of room is used up within seconds of a burst.
inline constexpr std::uint64_t nearlyFullPercent = 80;

/// "1 packet", "2 packets".
std::string countText(std::uint64_t count, const std::string& singular, const std::string& plural);

} // namespace notrack
