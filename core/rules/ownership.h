#pragma once

#include "core/rules/ruleset.h"
#include "core/rules/table.h"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace notrack
{

/// Names of the chains in one table that are ours. Ownership is by name and by content, not by a record of what was once
/// applied, so that it holds after the profile has changed or is gone:
/// - the rule chains (PREFIX_NOT_DNS_HOOK) of the prefix, whatever they hold;
/// - its base chains (PREFIX_HOOK), which may hold rules of others as well;
/// - the chains of any other prefix that have our shape: a rule chain with nothing but NOTRACK rules, and the base chain that
///   jumps to it. They are what an earlier chainPrefix left.
std::set<std::string, std::less<>> ownedChains(const Table& table, const Ruleset& wanted);

/// A chain of ours that somebody renamed.
struct RenamedChain
{
    std::string from; ///< the name it has now
    std::string to;   ///< the name it shall have

    bool operator==(const RenamedChain&) const = default;
};

/// Chains that stand where a missing one of ours should, by the jump to them and by what they hold.
std::vector<RenamedChain> renamedChains(const Table& table, const Ruleset& wanted);

/// The table with those chains, and the jumps to them, under the names they shall have.
Table withNamesRestored(Table table, const std::vector<RenamedChain>& renamed);

} // namespace notrack
