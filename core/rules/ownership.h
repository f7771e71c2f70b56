#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>

namespace notrack
{

/// Names of the chains that are ours. Ownership is by name, never by what a chain holds: ours are the chains that the profile's
/// prefix gives, and those of prefixes that an earlier apply on this node wrote down. Anything else is somebody else's, whatever it
/// looks like. The base chains (PREFIX_HOOK) may hold rules of others as well.
std::set<std::string, std::less<>> ownedChains(std::string_view prefix, std::span<const std::string> earlierPrefixes);

} // namespace notrack
