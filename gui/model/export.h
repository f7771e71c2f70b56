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

/// What an export tells of one node.
struct ExportedNode
{
    QString name;
    QStringList groups;
    QString state; ///< stableName()
    QString was;   ///< the same of the last report, where it may not be so any more; else empty
    QString note;
    QDateTime arrived;
    std::shared_ptr<const Report> report;
    QString capture = {}; ///< path of the capture that all of this is of; nothing of it is live
};

/// All nodes of the table, in its order.
std::vector<ExportedNode> exportedNodes(const FleetModel& fleet);

/// {"nodes":[{"name","groups","state","was","note","capture","arrived","report"}]}: every node with its last report, as the codec writes it.
/// For any thread: with thousands of nodes it would hold up the window's.
QByteArray toJson(const std::vector<ExportedNode>& nodes);

} // namespace notrack::gui
