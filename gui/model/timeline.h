#pragma once

#include "gui/model/row_state.h"

#include <QDateTime>
#include <QHash>
#include <QObject>

#include <deque>
#include <optional>
#include <vector>

namespace notrack::gui
{

/// A change of a node's state; without a node, that the viewer began or ended to watch.
struct TimelineEntry
{
    QDateTime at; ///< UTC
    QString node; ///< empty: of the viewer itself
    RowState state = RowState::Connecting;
    QString reason;     ///< one sentence, as the note of that moment
    bool ended = false; ///< of the viewer: it stopped watching; else it began

    bool operator==(const TimelineEntry&) const = default;
};

/// Since when a node is in its state, as far as anybody watched.
struct Since
{
    QDateTime at;
    bool gap = false; ///< nobody watched all the time from then on: it may have changed and come back

    bool operator==(const Since&) const = default;
};

/// What happened to the nodes, oldest first, over restarts of the viewer. Bounded. What comes before the journal is read waits for it, since the
/// journal tells whether it is a change at all.
class Timeline : public QObject
{
    Q_OBJECT

public:
    static constexpr std::size_t mostEntries = 20'000;

    explicit Timeline(QObject* parent = nullptr) : QObject(parent) {}

    const std::deque<TimelineEntry>& entries() const { return m_entries; }
    /// Nothing for a node that has been in no state yet.
    std::optional<Since> since(const QString& node) const;

    /// From now on what is added waits for begin().
    void awaitJournal() { m_begun = false; }
    /// Takes over what earlier runs wrote down, and begins a watch of its own. Once.
    void begin(const std::vector<TimelineEntry>& earlier, const QDateTime& now);
    /// The node is in a state; nothing is written where it was in that state before.
    void add(const TimelineEntry& entry);

signals:
    /// For the journal. Not sent for what begin() was given.
    void added(const notrack::gui::TimelineEntry& entry);
    /// since() of the node tells something new.
    void sinceChanged(const QString& node);

private:
    struct Last
    {
        RowState state;
        Since since;
    };

    void append(const TimelineEntry& entry);
    void remember(const TimelineEntry& entry);

    std::deque<TimelineEntry> m_entries;
    std::vector<TimelineEntry> m_early;
    QHash<QString, Last> m_last;
    bool m_begun = true;
};

} // namespace notrack::gui
