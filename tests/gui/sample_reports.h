#pragma once

#include "gui/remote/received_report.h"

#include "core/report/report.h"

#include <QByteArray>

namespace notrack::gui
{

/// A node with two rules for each family, all in order, `packets` on every rule.
Report sampleReport(const std::string& node, std::uint64_t packets = 0);

/// The same, one rule missing and one of another's in our chain.
Report driftedReport(const std::string& node, std::uint64_t packets = 0);

/// As the node would send it: one line with its newline.
QByteArray lineOf(const Report& report);

/// As FleetConnection passes it on.
ReceivedReport receivedAt(const Report& report, qint64 monotonic);

} // namespace notrack::gui
