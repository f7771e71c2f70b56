#pragma once

#include "core/findings/exchange_legs.h"

namespace notrack
{

/// Adds to the finding what drops the packets of a leg untracked and lets them through tracked, and what to do; the finding is fatal where that is
/// certain.
void judgeLeg(const Circumstances& node, Family family, const Leg& leg, Finding& finding);

} // namespace notrack
