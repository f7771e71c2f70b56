#pragma once

#include "core/findings/finding.h"
#include "core/findings/node_facts.h"
#include "core/profile/profile.h"

#include <string_view>
#include <vector>

namespace notrack
{

/// A finding quotes no more than this many rules, rows or places.
inline constexpr std::size_t mostEvidence = 8;

/// Everything about this node that speaks against the profile, worst first; those in `safety.waive` are marked as waived.
/// `backend` is the one in use.
std::vector<Finding> judge(const Profile& profile, const NodeFacts& facts, Backend backend);

/// Whether `apply` must refuse: a fatal finding that is not waived.
bool forbidsApply(const std::vector<Finding>& findings);

} // namespace notrack
