#pragma once

#include "core/report/report.h"

#include <string>
#include <string_view>

namespace notrack
{

/// Nothing that a node sends may be larger; longer input is refused unread.
inline constexpr std::size_t longestReport = 8U << 20U;

/// The report as one line of JSON without a newline at its end. Bytes that are no UTF-8 become U+FFFD.
std::string writeReport(const Report& report);

/// The same on several lines, for people.
std::string writeReportIndented(const Report& report);

/// Reads what writeReport wrote, from a node that is not trusted: any bytes give a Report or an Error, unknown fields are
/// passed over, missing ones keep their defaults, and text is cut to bounded lengths and stripped of control characters.
Result<Report> readReport(std::string_view json);

} // namespace notrack
