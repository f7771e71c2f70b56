#pragma once

#include "core/report/report.h"

#include <string>
#include <string_view>

namespace notrack
{

/// What a person wants to know about a node: what stands against the rules there, what is lost there and why, the worst first, with what
/// ends it, and, as the last line, the one thing to do next.
std::string describeHealth(const Report& report);

/// "IPVS balances 10.96.0.10:53/udp over 1 server: 10.244.1.3", a line.
std::string describeService(const VirtualService& service);

/// A finding with what was found and what is to do, each line behind `indent`.
std::string describeFinding(const Finding& finding, std::string_view indent);

} // namespace notrack
