#pragma once

#include "core/run/run_context.h"

#include <functional>

namespace notrack
{

/// A verdict that stands, asked about with two queries a service from at most three places, which take turns. False where a place is silent
/// towards a service, whosever fault that is. Changes no table. `counted` reads what the rules for DNS have counted; that they counted nothing while
/// places were answered is remembered.
bool stillAnswers(RunContext& run, const std::function<std::optional<std::uint64_t>()>& counted);

} // namespace notrack
