#pragma once

#include "core/findings/finding.h"
#include "core/findings/node_facts.h"
#include "core/net/backend.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace notrack
{

/// What a trial and its verdict go by.
struct Facts
{
    std::string fingerprint;     ///< of all that findings are judged from, less counters, pods and what is ours
    bool entriesExpected = true; ///< a tracked query leaves an entry in conntrack: not so with net.ipv4.vs.conntrack=0
    bool masqueraded = true;     ///< answers come back through this node: not so with direct routing and tunnels, which no trial can judge
    bool remembered = false;     ///< of an earlier run, since nothing has moved

    bool operator==(const Facts&) const = default;
};

/// What an unattended run judged, and from what.
struct Judged
{
    std::string digest; ///< of the profile
    Backend backend = Backend::Iptables;
    std::chrono::seconds at{0}; ///< since boot
    NodeTrace trace;
    Facts facts;
    std::vector<Finding> findings;

    bool operator==(const Judged&) const = default;
};

/// A judgement holds no longer than this, whatever has not moved: what no trace tells is looked at again, such as modules that were installed.
inline constexpr std::chrono::seconds pauseBetweenJudgements = std::chrono::minutes(10);

/// One JSON document, and back; nothing for text that this version did not write, whatever it is.
std::string writeJudged(const Judged& judged);
std::optional<Judged> readJudged(std::string_view text);

} // namespace notrack
