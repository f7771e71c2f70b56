#pragma once

#include "core/net/conntrack.h"

#include <string_view>

namespace notrack
{

/// Adds up the lines of /proc/net/stat/nf_conntrack, one a CPU, by the names in its first line; figures are hexadecimal. Names
/// that this kernel does not have stay 0. `entries` there is the sum already, the same in each line: it is left alone.
ConntrackFigures readConntrackCounters(std::string_view text);

} // namespace notrack
