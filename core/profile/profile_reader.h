#pragma once

#include "core/profile/profile.h"
#include "core/profile/profile_source.h"

#include <span>
#include <string_view>

namespace notrack
{

/// A profile never makes more rules than this for one chain.
inline constexpr std::size_t mostRulesInChain = 10'000;

/// Reads the profile that the sources make together, for the host `node`. Lists are joined in the order of the sources, scalars must agree.
/// Of the overrides in `nodes`, the first that matches counts: what it states replaces the value, in `safety` key by key. All overrides are checked,
/// the matching or not. Fails with ErrorKind::BadProfile, `where` being "file:line:column" (see problemAt).
Result<Profile> readProfile(std::span<const ProfileSource> sources, std::string_view node);

/// Whether a host name matches a glob: '*' stands for any number of characters, case does not count.
bool matchesHost(std::string_view glob, std::string_view host);

} // namespace notrack
