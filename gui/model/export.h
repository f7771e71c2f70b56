#pragma once

#include "gui/model/fleet_model.h"

#include <QByteArray>

namespace notrack::gui
{

/// The table as it is shown, given columns only, as RFC 4180 CSV in UTF-8. Cells that a spreadsheet would run as a formula are
/// quoted with an apostrophe, since nodes are not trusted.
QByteArray toCsv(const QAbstractItemModel& table, const QList<int>& columns);

/// Rows of the table as text with tabs, for the clipboard.
QString toTabbedText(const QAbstractItemModel& table, const QList<int>& rows, const QList<int>& columns);

/// {"nodes":[{"name","groups","state","note","arrived","report"}]}: every node with its last report, as the codec writes it.
QByteArray toJson(const FleetModel& fleet);

} // namespace notrack::gui
