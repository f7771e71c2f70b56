#include "gui/model/causes.h"

#include <QCoreApplication>
#include <QRegularExpression>

#include <algorithm>
#include <map>

namespace notrack::gui
{

namespace
{

struct CausesText
{
    Q_DECLARE_TR_FUNCTIONS(Causes)
};

/// Nodes with something in common.
struct Gathered
{
    int badness = 0; ///< of the worst of them
    std::vector<const NodeRecord*> nodes;
};

/// A reason without what is each node's own: its names, addresses and figures.
QString withoutOwn(const NodeRecord& record)
{
    static const QRegularExpression own(QStringLiteral(R"(\[?[0-9a-fA-F]*(?:[.:][0-9a-fA-F]+){2,}\]?(?:[:/]\d+)?|\b\d+\b)"));
    QString reason = record.reason(steadyNow());
    for (const QString& name : {record.entry.name, record.entry.host}) {
        if (!name.isEmpty() && reason.contains(name)) {
            const QString word = QStringLiteral("(?<![\\w.-])%1(?![\\w.-])").arg(QRegularExpression::escape(name));
            reason.replace(QRegularExpression(word), QStringLiteral("…"));
        }
    }
    return reason.replace(own, QStringLiteral("…"));
}

QString causeOf(const NodeRecord& record, const QString& reason)
{
    const QString word = displayText(record.state());
    return reason.isEmpty() || record.state() == RowState::Stale ? word : CausesText::tr("%1: %2").arg(word, reason);
}

/// What stands for those who have the cause in common: word for word where all of them say the same, figures and all.
QString causeOf(const std::vector<const NodeRecord*>& nodes, const QString& key)
{
    const auto inFull = [](const NodeRecord* node) { return causeOf(*node, node->reason(steadyNow())); };
    const QString first = inFull(nodes.front());
    return std::all_of(nodes.begin(), nodes.end(), [&](const NodeRecord* node) { return inFull(node) == first; }) ? first : key;
}

QString valueOf(const Report& report, std::string Report::*field)
{
    return safeLine(toQString(report.*field), 100);
}

QStringList keysOf(const NodeRecord& record, Grouping grouping)
{
    if (grouping == Grouping::Cause) {
        return {causeOf(record, withoutOwn(record))};
    }
    if (grouping == Grouping::Group) {
        return record.entry.groups.isEmpty() ? QStringList{CausesText::tr("no group")} : record.entry.groups;
    }
    if (!record.report) {
        return {CausesText::tr("no report yet")};
    }
    const Report& report = *record.report;
    switch (grouping) {
    case Grouping::Finding: {
        QStringList ids;
        for (const Finding& finding : report.findings) {
            const QString id = safeLine(toQString(finding.id), 100);
            ids.append(finding.waived ? CausesText::tr("%1, waived").arg(id) : id);
        }
        return ids.isEmpty() ? QStringList{CausesText::tr("no findings")} : ids;
    }
    case Grouping::Digest:
        return {CausesText::tr("%1, %2").arg(valueOf(report, &Report::profileName), valueOf(report, &Report::profileDigest))};
    case Grouping::Version:
        return {valueOf(report, &Report::version)};
    case Grouping::Backend:
        return {report.backend.empty() ? CausesText::tr("none") : valueOf(report, &Report::backend)};
    case Grouping::Clock: {
        const auto offset = clockOffset(record);
        return {offset ? clockText(*offset) : CausesText::tr("no time")};
    }
    case Grouping::Cause:
    case Grouping::Group:
        break;
    }
    return {};
}

bool hasMajority(Grouping grouping)
{
    return grouping == Grouping::Digest || grouping == Grouping::Version || grouping == Grouping::Backend || grouping == Grouping::Clock;
}

RowMark markOf(int worst)
{
    return worst >= badness(RowState::Error) ? RowMark::Fatal : worst > 0 ? RowMark::Warning : RowMark::Ok;
}

TreeRow nodeRow(const NodeRecord& record)
{
    return {record.entry.name, {safeLine(record.entry.name), record.stateText()}, markOf(badness(record.state())), {}, {}};
}

} // namespace

QString displayText(Grouping grouping)
{
    switch (grouping) {
    case Grouping::Cause:
        return CausesText::tr("State and reason");
    case Grouping::Finding:
        return CausesText::tr("Finding");
    case Grouping::Digest:
        return CausesText::tr("Profile");
    case Grouping::Version:
        return CausesText::tr("Version of the runner");
    case Grouping::Backend:
        return CausesText::tr("Backend");
    case Grouping::Clock:
        return CausesText::tr("Clock");
    case Grouping::Group:
        return CausesText::tr("Group of the inventory");
    }
    return {};
}

QStringList causeTitles()
{
    return {CausesText::tr("What they have in common"), CausesText::tr("Nodes")};
}

std::vector<TreeRow> buildCauseRows(const std::vector<const NodeRecord*>& nodes, Grouping grouping)
{
    std::map<QString, Gathered> gathered;
    for (const NodeRecord* node : nodes) {
        for (const QString& key : keysOf(*node, grouping)) {
            Gathered& those = gathered[key];
            those.badness = std::max(those.badness, badness(node->state()));
            those.nodes.push_back(node);
        }
    }
    std::vector<std::pair<QString, Gathered>> sorted(gathered.begin(), gathered.end());
    std::stable_sort(sorted.begin(), sorted.end(), [grouping](const auto& left, const auto& right) {
        const bool worstFirst = grouping == Grouping::Cause && left.second.badness != right.second.badness;
        return worstFirst ? left.second.badness > right.second.badness : left.second.nodes.size() > right.second.nodes.size();
    });
    std::vector<TreeRow> rows;
    for (const auto& [key, those] : sorted) {
        const int count = static_cast<int>(those.nodes.size());
        TreeRow row{key, {key, CausesText::tr("%n node(s)", nullptr, count)}, markOf(those.badness), {}, {}};
        if (grouping == Grouping::Cause) {
            row.cells[0] = causeOf(those.nodes, key);
        } else if (hasMajority(grouping)) {
            row.mark = rows.empty() ? RowMark::Ok : RowMark::Warning;
            row.cells[1] = rows.empty() ? row.cells[1] : CausesText::tr("%n node(s), unlike most", nullptr, count);
        } else if (grouping == Grouping::Group) {
            row.mark = RowMark::None;
        }
        for (const NodeRecord* node : those.nodes) {
            row.children.push_back(nodeRow(*node));
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

} // namespace notrack::gui
