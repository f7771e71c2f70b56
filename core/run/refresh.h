#pragma once

#include "core/run/run_context.h"

namespace notrack
{

/// A verdict that stands, asked about with two queries a service from at most three places, which take turns. False where a place is silent
/// towards a service, whosever fault that is. Changes no table.
bool stillAnswers(RunContext& run);

} // namespace notrack
