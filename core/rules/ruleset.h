#pragma once

#include "core/net/chain_names.h"
#include "core/net/rule.h"
#include "core/profile/profile.h"

#include <array>
#include <string>
#include <vector>

namespace notrack
{

/// Rules of the two hooks, each in chain order.
struct HookRules
{
    std::vector<NotrackRule> prerouting;
    std::vector<NotrackRule> output;

    bool empty() const { return prerouting.empty() && output.empty(); }

    bool operator==(const HookRules&) const = default;
};

/// What one family's raw table shall hold. Without rules at all, it shall hold nothing of ours.
struct Ruleset
{
    Family family = Family::Ipv4;
    std::string chainPrefix = "NMANAGER";
    std::vector<NotrackRule> prerouting; ///< in chain order
    std::vector<NotrackRule> output;
    HookRules trial = {};   ///< met before the others, and in chains of their own
    HookRules tunnels = {}; ///< of overlays' outer packets, in chains of their own as well

    bool empty() const { return !has(ChainKind::Rules) && !has(ChainKind::Tunnels) && !has(ChainKind::Trial); }
    /// Whether there is a rule of the kind in any hook: the chains of both hooks exist then.
    bool has(ChainKind kind) const;
    const std::vector<NotrackRule>& rules(Hook hook, ChainKind kind = ChainKind::Rules) const;

    bool operator==(const Ruleset&) const = default;
};

/// The rules of a profile for one family; empty when the profile names neither a service nor tunnels' peers of that family.
Ruleset buildRuleset(const Profile& profile, Family family);

/// The kinds of chains that hold a rule set's rules, in the order in which a packet meets them.
inline constexpr std::array kindsOfRules{ChainKind::Trial, ChainKind::Rules, ChainKind::Tunnels};

/// Chains, jumps and rules as iptables-save would list them right after a first apply.
std::string toText(const Ruleset& ruleset);

} // namespace notrack
