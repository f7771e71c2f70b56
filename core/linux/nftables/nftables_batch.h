#pragma once

#include "core/linux/nftables/nftables_commands.h"
#include "core/linux/nftables/nftables_state.h"
#include "core/rules/plan.h"

#include <vector>

namespace notrack::nft
{

/// The commands that carry out a plan made for toTable(state). A table that would hold nothing goes entirely. Fails where the
/// plan asks for a table that somebody else made.
Result<std::vector<Command>> buildCommands(const State& state, const Plan& plan);

} // namespace notrack::nft
