#pragma once

#include "core/rules/ruleset.h"
#include "core/rules/table.h"

#include <cstddef>
#include <set>
#include <string>

namespace notrack
{

/// How many entries at the top of a chain come before the first one of others that may take a packet which a rule of `ruleset` is for: what of
/// ours stands behind no more than these is as good as first. What an entry does is known of rules with a Reach only; chains that are jumped to
/// are followed, and entries that go to one of `owned` are ours. Anything not known takes packets.
std::size_t countUntilDnsIsTaken(const Table& table, const Chain& chain, const Ruleset& ruleset,
                                 const std::set<std::string, std::less<>>& owned);

} // namespace notrack
