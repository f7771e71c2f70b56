#pragma once

#include "gui/model/node_history.h"
#include "gui/model/row_state.h"
#include "gui/remote/node_entry.h"

#include <QDateTime>

#include <deque>

namespace notrack::gui
{

/// Everything the viewer knows about one node. Bounded: one report, NodeHistory's limits and the last lines of the log.
struct NodeRecord
{
    static constexpr std::size_t mostLogLines = 200;

    NodeEntry entry;
    LinkState link;
    std::shared_ptr<const Report> report; ///< the last good one, kept when the node is lost
    QDateTime arrived;                    ///< UTC
    qint64 monotonic = 0;                 ///< steadyNow() of the arrival; 0 without a report
    NodeHistory history;
    std::deque<QString> log;
    RowState settled = RowState::Connecting; ///< the last state that said something about the node

    RowState state() const { return rowState(link, report.get()); }
    /// Whether the report is so old that it must not pass for live; `usualPause` (ms) as in FleetModel.
    bool isOld(qint64 now, qint64 usualPause) const;
    /// One sentence: why the state is what it is, with the countdown to the next attempt.
    QString note(qint64 now) const;
    /// Waived findings not counted.
    int findingCount() const;
};

/// Adds a line with the time of day, dropping the oldest ones.
void addLogLine(NodeRecord& record, const QString& line);

/// "3 s", "4 min", "2 h"; from milliseconds.
QString ageText(qint64 milliseconds);
/// "0", "0.3", "47", "1.2k", "–" for a gap.
QString rateText(std::optional<float> rate);
/// "12.5 %", or "–".
QString percentText(std::optional<float> percent);

/// The text of an untrusted core string.
inline QString toQString(const std::string& text)
{
    return QString::fromStdString(text);
}

} // namespace notrack::gui
