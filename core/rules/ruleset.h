#pragma once

#include "core/net/chain_names.h"
#include "core/net/rule.h"
#include "core/profile/profile.h"

#include <string>
#include <vector>

namespace notrack
{

/// What one family's raw table shall hold. Without rules at all, it shall hold nothing of ours.
struct Ruleset
{
    Family family = Family::Ipv4;
    std::string chainPrefix = "NMANAGER";
    std::vector<NotrackRule> prerouting; ///< in chain order
    std::vector<NotrackRule> output;

    bool empty() const { return prerouting.empty() && output.empty(); }
    const std::vector<NotrackRule>& rules(Hook hook) const { return hook == Hook::Prerouting ? prerouting : output; }

    bool operator==(const Ruleset&) const = default;
};

/// The rules of a profile for one family; empty when the profile names no service of that family.
Ruleset buildRuleset(const Profile& profile, Family family);

/// Chains, jumps and rules as iptables-save would list them right after a first apply.
std::string toText(const Ruleset& ruleset);

} // namespace notrack
