#pragma once

#include "core/net/rule.h"
#include "core/profile/profile.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace notrack
{

/// Where in the raw table a packet meets our rules: on arrival, or when the node itself sends it.
enum class Hook { Prerouting, Output };

inline constexpr std::array allHooks{Hook::Prerouting, Hook::Output};

/// The built-in chain of the hook: "PREROUTING" or "OUTPUT".
std::string_view builtInChain(Hook hook);

/// network-node-manager's names: "NMANAGER_PREROUTING" for the prefix NMANAGER. It may also hold rules of others.
std::string baseChain(std::string_view prefix, Hook hook);

/// "NMANAGER_NOT_DNS_PREROUTING" for the prefix NMANAGER. Everything in it is ours.
std::string ruleChain(std::string_view prefix, Hook hook);

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
