#pragma once

#include "core/run/run_context.h"

#include <optional>

namespace notrack
{

/// After rules came to a node that had none: writes down how its counters stand, and what was lost in the time before, of this boot or, where that
/// was short or had rules of ours in it, of an earlier one. A failure costs the telling, nothing else.
void startEffect(RunContext& run);

/// At the end of an unattended run: keeps how its counters stand, if the last sample is three minutes old. 20 of them tell of the last hour.
void keepSample(const Report& report, Memory& memory);

/// Packets that the rules for DNS have counted, by the report's rules.
std::uint64_t dnsPacketsOf(const Report& report);

/// Keeps what a census counted, as it was without rules of ours or with them, by the report's state; another state tells nothing.
void keepCensus(const Report& report, Memory& memory);

/// What was lost before the rules came, since, and lately, by the report's figures; nothing where they do not stand, or came without a record.
std::optional<Effect> effectOf(const Report& report, const Memory& memory);

} // namespace notrack
