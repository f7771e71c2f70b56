#pragma once

#include "core/report/report.h"

#include <string>

namespace notrack
{

/// The report as metrics in Prometheus' text format 0.0.4, which the node exporter's textfile collector reads; names and units
/// follow OpenMetrics. Rules that are told apart by nothing but their position share one time series, with their counters added.
std::string describeMetrics(const Report& report);

} // namespace notrack
