#pragma once

#include "gui/model/node_record.h"
#include "gui/model/tree_row.h"

namespace notrack::gui
{

/// The pages about a node, made from its record; pure. All text of the node is made safe for display as plain text.

/// Family, chain, rule: "Rule | State | Packets | Bytes | Packets/s | Bytes/s | Lately".
std::vector<TreeRow> buildRuleRows(const NodeRecord& record);
QStringList ruleTitles();

/// Finding with evidence and advice below it: "Finding | Severity".
std::vector<TreeRow> buildFindingRows(const NodeRecord& record);
QStringList findingTitles();

/// IPVS services with their real servers, then what the DNS probe saw:
/// "Address | Forwarding or scheduler | Weight | Active | Inactive".
std::vector<TreeRow> buildServiceRows(const NodeRecord& record);
QStringList serviceTitles();

/// What the node says about the profile in force and about itself: "Property | Value".
std::vector<TreeRow> buildProfileRows(const NodeRecord& record);
QStringList profileTitles();

/// The diff from what was found to what the profile asks for; empty when there is none.
QString diffText(const NodeRecord& record);

/// A document with everything that was understood of it, indented; takes 50 ms for a megabyte.
QString rawText(const Report& report);

/// `text` without control characters but newlines and tabs. More than `longest` characters are cut, and the last line says so: a widget
/// takes 50 ms for a million.
QString safeText(const QString& text, qsizetype longest = 128 << 10);

} // namespace notrack::gui
