#include "gui/model/timeline.h"

#include <utility>

namespace notrack::gui
{

std::optional<Since> Timeline::since(const QString& node) const
{
    const auto last = m_last.constFind(node);
    return last == m_last.constEnd() ? std::nullopt : std::make_optional(last->since);
}

void Timeline::begin(const std::vector<TimelineEntry>& earlier, const QDateTime& now)
{
    m_begun = true;
    for (const TimelineEntry& entry : earlier) {
        remember(entry);
    }
    append({now, {}, RowState::Connecting, {}, false});
    for (const TimelineEntry& entry : std::exchange(m_early, {})) {
        add(entry);
    }
}

void Timeline::add(const TimelineEntry& entry)
{
    if (!m_begun) {
        m_early.push_back(entry);
        return;
    }
    const auto last = m_last.constFind(entry.node);
    if (entry.node.isEmpty() || last == m_last.constEnd() || last->state != entry.state) {
        append(entry);
    }
    emit sinceChanged(entry.node);
}

void Timeline::append(const TimelineEntry& entry)
{
    remember(entry);
    emit added(entry);
}

void Timeline::remember(const TimelineEntry& entry)
{
    if (m_entries.size() >= mostEntries) {
        m_entries.pop_front();
    }
    m_entries.push_back(entry);
    if (!entry.node.isEmpty()) {
        m_last.insert(entry.node, {entry.state, {entry.at, false}});
        return;
    }
    if (!entry.ended) {
        for (Last& last : m_last) {
            last.since.gap = true; // nobody watched before this moment
        }
    }
}

} // namespace notrack::gui
