#pragma once

#include "core/report/report.h"

#include <string>
#include <string_view>

namespace notrack
{

/// What a person wants to know about a node: what stands against the rules there, what conntrack's figures say about
/// whether it suffers at all, and, as the last line, the one thing to do next.
std::string describeHealth(const Report& report);

/// One sentence on whether lost packets, evictions or a full table show in the figures. They count all traffic since
/// boot, not only DNS.
std::string describeSuffering(const ConntrackFigures& figures);

/// Whether the figures show losses, or a table that is nearly full.
bool suffers(const ConntrackFigures& figures);

/// A finding with what was found and what is to do, each line behind `indent`.
std::string describeFinding(const Finding& finding, std::string_view indent);

} // namespace notrack
