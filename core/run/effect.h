#pragma once

#include "core/run/run_context.h"

#include <optional>

namespace notrack
{

/// After rules came to a node that had none: writes down how its counters stand, and what was lost in the time before, of this boot or, where that
/// was short or had rules of ours in it, of an earlier one. A failure costs the telling, nothing else.
void startEffect(RunContext& run);

/// What was lost before the rules came and since, by the report's figures; nothing where they do not stand, or came without a record.
std::optional<Effect> effectOf(const Report& report, const Memory& memory);

} // namespace notrack
