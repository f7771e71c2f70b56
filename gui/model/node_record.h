#pragma once

#include "gui/model/node_history.h"
#include "gui/model/row_state.h"
#include "gui/model/timeline.h"
#include "gui/remote/doctor_visits.h"
#include "gui/remote/node_entry.h"

#include <QDateTime>

#include <deque>

namespace notrack::gui
{

/// What the connection said, and how often lately.
struct LogLine
{
    QDateTime first; ///< local, as `last`
    QDateTime last;
    QString text;
    int times = 1;
};

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
    std::deque<LogLine> log;
    Freshness freshness = Freshness::None;
    qint64 freshUntil = 0;                   ///< steadyNow() from which on the report must not pass for live
    RowState settled = RowState::Connecting; ///< the last state that said something about the node
    std::optional<Since> since = {};         ///< of `settled`
    DoctorVisit doctor = {};                 ///< the last one that a person asked for

    RowState state() const { return rowState(link, report.get(), freshness); }
    bool isFresh() const { return freshness == Freshness::Fresh; }
    bool isCaptured() const { return freshness == Freshness::Captured; }
    /// Takes over what the inventory says; of a capture that is everything.
    void setEntry(const NodeEntry& given);
    /// How old the report is, "–" without one.
    QString age(qint64 now) const;
    /// The state that the last report told, where that is not what the node is in now: it may still be so.
    std::optional<RowState> lastKnown() const;
    /// For people: the state with what is known beside it, "unreachable, was unsafe" or "in sync, verified".
    QString stateText() const;
    /// Takes over a report that has just come; `usualPause` (ms) as in FleetModel.
    void take(const ReceivedReport& received, qint64 usualPause);
    /// The one place that decides whether the report may pass for live. Gives whether that changed.
    bool judgeFreshness(qint64 now);
    /// One sentence: why the state is what it is.
    QString reason(qint64 now) const;
    /// The same with the countdown to the next attempt.
    QString note(qint64 now) const;
    /// "02:13", with the day before where that is not today, "02:13, gap" where nobody watched all the time; "–" where it is not known.
    QString sinceText() const;
    /// Waived findings not counted.
    int findingCount() const;
};

/// Adds a line, dropping the oldest ones. One that was among the last few is counted instead, and is the newest again: a failure that repeats
/// itself leaves room for others.
void addLogLine(NodeRecord& record, const QString& line, const QDateTime& now = QDateTime::currentDateTime());
/// "2026-01-31 02:13:00 refused (3 times since 2026-01-31 02:11:04)".
QString logText(const LogLine& line);
/// The time of day, with the day before where that is not today; local.
QString momentText(const QDateTime& moment);

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

/// What a node says of itself, fit to be shown.
inline QString shown(const std::string& text)
{
    return safeLine(toQString(text), 500);
}

} // namespace notrack::gui
