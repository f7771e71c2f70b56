#include "gui/model/timeline_rows.h"

#include "gui/model/node_record.h"

#include <QCoreApplication>

#include <algorithm>

namespace notrack::gui
{

namespace
{

constexpr std::size_t mostRunsShown = 500;
constexpr std::size_t leastFolded = 4; ///< changes to and fro that are one row

struct TimelineRowsText
{
    Q_DECLARE_TR_FUNCTIONS(TimelineRows)
};

/// Changes of one node between two states, newest first.
using Run = std::vector<const TimelineEntry*>;

bool goesOn(const Run& run, const TimelineEntry& older)
{
    return run.size() < 2 ? run.front()->state != older.state : run[run.size() - 2]->state == older.state;
}

/// The entries as runs, in the order of their newest ones.
std::vector<Run> runsOf(const Timeline& timeline, const std::function<bool(const QString& node)>& shows)
{
    std::vector<Run> runs;
    QHash<QString, std::size_t> open;
    for (auto entry = timeline.entries().rbegin(); entry != timeline.entries().rend() && runs.size() < mostRunsShown; ++entry) {
        const bool ofViewer = entry->node.isEmpty();
        if (!ofViewer && !shows(entry->node)) {
            continue;
        }
        const auto known = open.constFind(entry->node);
        if (!ofViewer && known != open.constEnd() && goesOn(runs[*known], *entry)) {
            runs[*known].push_back(&*entry);
            continue;
        }
        open.insert(entry->node, runs.size());
        runs.push_back({&*entry});
    }
    return runs;
}

RowMark markOf(const TimelineEntry& entry)
{
    if (entry.node.isEmpty()) {
        return RowMark::Info;
    }
    switch (entry.state) {
    case RowState::InSync:
        return RowMark::Ok;
    case RowState::Unsafe:
    case RowState::Error:
        return RowMark::Fatal;
    case RowState::Stale:
        return RowMark::Stale;
    default:
        return RowMark::Warning;
    }
}

TreeRow rowOf(const TimelineEntry& entry)
{
    const QString when = entry.at.toLocalTime().toString(QStringLiteral("yyyy-MM-dd HH:mm:ss"));
    const QString what = !entry.node.isEmpty() ? displayText(entry.state)
                         : entry.ended         ? TimelineRowsText::tr("viewer ended")
                                               : TimelineRowsText::tr("viewer began");
    return {entry.at.toString(Qt::ISODateWithMs) + entry.node, {when, entry.node, what, entry.reason}, markOf(entry), {}, {}};
}

TreeRow rowOf(const Run& run)
{
    TreeRow row = rowOf(*run.front());
    row.key = run.back()->at.toString(Qt::ISODateWithMs) + run.front()->node + QStringLiteral(" folded");
    row.cells[2] = TimelineRowsText::tr("%1, before %2").arg(displayText(run[0]->state), displayText(run[1]->state));
    row.cells[3] =
        TimelineRowsText::tr("to and fro, %n change(s) since %1", nullptr, static_cast<int>(run.size())).arg(momentText(run.back()->at));
    return row;
}

} // namespace

QStringList timelineTitles()
{
    return {TimelineRowsText::tr("When"), TimelineRowsText::tr("Node"), TimelineRowsText::tr("State"), TimelineRowsText::tr("Why")};
}

std::vector<TreeRow> buildTimelineRows(const Timeline& timeline, const std::function<bool(const QString& node)>& shows)
{
    struct Placed
    {
        QDateTime at;
        TreeRow row;
    };
    std::vector<Placed> placed;
    for (const Run& run : runsOf(timeline, shows)) {
        if (run.size() >= leastFolded) {
            placed.push_back({run.front()->at, rowOf(run)});
            continue;
        }
        for (const TimelineEntry* entry : run) {
            placed.push_back({entry->at, rowOf(*entry)});
        }
    }
    std::stable_sort(placed.begin(), placed.end(), [](const Placed& left, const Placed& right) { return left.at > right.at; });
    std::vector<TreeRow> rows;
    for (Placed& each : placed) {
        rows.push_back(std::move(each.row));
    }
    return rows;
}

} // namespace notrack::gui
