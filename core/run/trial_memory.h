#pragma once

#include "core/net/ip.h"
#include "core/report/report.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace notrack
{

/// Client ports that a trial used; times are since boot.
struct UsedPorts
{
    PortRange ports;
    std::chrono::seconds at{0};

    bool operator==(const UsedPorts&) const = default;
};

/// What trials of this boot left to later ones.
struct TrialMemory
{
    std::string digest;         ///< of the profile that was tried last
    std::chrono::seconds at{0}; ///< since boot
    std::uint32_t nextPair = 0; ///< where places and services take turns, whose turn is next
    bool hadPod = false;        ///< some trial found a pod to ask from
    std::vector<UsedPorts> used;
    std::string last; ///< a report with the last trial, in the report's own words: most runs need to keep it only, not to read it
    std::chrono::seconds refreshed{0};      ///< since boot: when a verdict was last shown to hold
    std::uint32_t nextVoter = 0;            ///< whose turn it is then
    bool passedBy = false;                  ///< then, places were answered while the rules counted nothing
    std::optional<NodeState> stateBefore{}; ///< while a trial is under way: of the tables, before the run that makes it

    bool operator==(const TrialMemory&) const = default;
};

/// An unattended run makes no more than one trial in this time.
inline constexpr std::chrono::seconds pauseBetweenTrials = std::chrono::minutes(10);

/// A standing verdict is shown to hold as often, which costs a few queries; at once where nobody remembers when it was given.
bool isRefreshDue(const TrialMemory& memory, std::chrono::seconds now);

/// Ports that IPVS may still remember: its time-out for UDP is 300 s.
std::vector<PortRange> portsInUse(const TrialMemory& memory, std::chrono::seconds now);

/// The last trial; nothing where there was none.
std::optional<TrialReport> lastTrial(const TrialMemory& memory);
void setLastTrial(TrialMemory& memory, const TrialReport& trial);

/// JSON, an empty line and the last trial, and back; text that this version did not write is no memory.
std::string writeTrialMemory(const TrialMemory& memory);
TrialMemory readTrialMemory(std::string_view text);

} // namespace notrack
