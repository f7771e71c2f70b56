#include "gui/model/fleet_filter.h"

#include <algorithm>

namespace notrack::gui
{

namespace
{

/// A gap sorts below every number.
float orderOf(std::optional<float> figure)
{
    return figure.value_or(-1.0F);
}

/// The figure a numeric column is sorted by.
double figureOf(const NodeRecord& record, FleetModel::Column column)
{
    const HistorySample* latest = record.isFresh() ? record.history.latest() : nullptr;
    switch (column) {
    case FleetModel::State:
        return badness(record.state()) * 16 + static_cast<int>(record.state());
    case FleetModel::Untracked:
        return static_cast<double>(latest == nullptr ? -1.0F : orderOf(latest->untracked));
    case FleetModel::InsertFailed:
        return static_cast<double>(latest == nullptr ? -1.0F : orderOf(latest->insertFailed));
    case FleetModel::ConntrackUse:
        return static_cast<double>(latest == nullptr ? -1.0F : orderOf(latest->usePercent));
    case FleetModel::Findings:
        return record.findingCount();
    case FleetModel::SinceWhen:
        return record.since ? static_cast<double>(record.since->at.toMSecsSinceEpoch()) : 0;
    case FleetModel::Age:
        return -static_cast<double>(record.monotonic);
    case FleetModel::Node:
    case FleetModel::Groups:
    case FleetModel::Profile:
    case FleetModel::Note:
    case FleetModel::ColumnCount:
        break;
    }
    return 0;
}

/// The number that begins at `place`, leading zeros skipped, as its digits; moves `place` behind it.
QStringView numberAt(const QString& text, qsizetype& place)
{
    while (place < text.size() && text.at(place) == QLatin1Char('0')) {
        ++place;
    }
    const qsizetype start = place;
    while (place < text.size() && text.at(place).isDigit()) {
        ++place;
    }
    return QStringView(text).mid(start, place - start);
}

/// Numbers inside names count as numbers: node9 before node10. QCollator does so in some locales only.
int compareNames(const QString& left, const QString& right)
{
    qsizetype first = 0;
    qsizetype second = 0;
    while (first < left.size() && second < right.size()) {
        if (left.at(first).isDigit() && right.at(second).isDigit()) {
            const QStringView one = numberAt(left, first);
            const QStringView other = numberAt(right, second);
            const int order = one.size() != other.size() ? (one.size() < other.size() ? -1 : 1) : one.compare(other);
            if (order != 0) {
                return order;
            }
            continue;
        }
        const QChar one = left.at(first++).toCaseFolded();
        const QChar other = right.at(second++).toCaseFolded();
        if (one != other) {
            return one < other ? -1 : 1;
        }
    }
    return left.size() - first == right.size() - second ? left.compare(right) : (first < left.size() ? 1 : -1);
}

} // namespace

FleetFilter::FleetFilter(FleetModel* fleet, QObject* parent) : QSortFilterProxyModel(parent), m_fleet(fleet)
{
    setSourceModel(fleet);
}

void FleetFilter::setText(const QString& text)
{
    m_words = text.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    invalidateFilter();
}

void FleetFilter::setStates(const QSet<RowState>& states)
{
    m_states = states;
    invalidateFilter();
}

void FleetFilter::setGroup(const QString& group)
{
    m_group = group;
    invalidateFilter();
}

bool FleetFilter::filterAcceptsRow(int sourceRow, const QModelIndex& /*sourceParent*/) const
{
    const NodeRecord& record = m_fleet->record(sourceRow);
    if (!m_states.isEmpty()) {
        StateCounts places{};
        countState(record, places);
        const bool chosen = std::any_of(m_states.begin(), m_states.end(),
                                        [&places](RowState state) { return places.at(static_cast<std::size_t>(state)) != StateCount{}; });
        if (!chosen) {
            return false;
        }
    }
    return passesWordsAndGroup(record);
}

StateCounts FleetFilter::counts() const
{
    StateCounts counts{};
    for (int row = 0; row < m_fleet->rowCount(); ++row) {
        if (passesWordsAndGroup(m_fleet->record(row))) {
            countState(m_fleet->record(row), counts);
        }
    }
    return counts;
}

bool FleetFilter::shows(const QString& node) const
{
    const NodeRecord* record = m_fleet->find(node);
    return record != nullptr ? passesWordsAndGroup(*record) : m_words.isEmpty() && m_group.isEmpty();
}

bool FleetFilter::passesWordsAndGroup(const NodeRecord& record) const
{
    if (!m_group.isEmpty() && !record.entry.groups.contains(m_group)) {
        return false;
    }
    if (m_words.isEmpty()) {
        return true;
    }
    QStringList texts{record.entry.name, record.stateText(), record.note(0)};
    texts += record.entry.groups;
    if (record.report) {
        texts += toQString(record.report->profileName);
    }
    return std::all_of(m_words.begin(), m_words.end(), [&texts](const QString& word) {
        return std::any_of(texts.begin(), texts.end(), [&word](const QString& text) { return text.contains(word, Qt::CaseInsensitive); });
    });
}

bool FleetFilter::lessThan(const QModelIndex& left, const QModelIndex& right) const
{
    const auto column = static_cast<FleetModel::Column>(left.column());
    const NodeRecord& first = m_fleet->record(left.row());
    const NodeRecord& second = m_fleet->record(right.row());
    if (column == FleetModel::Groups || column == FleetModel::Profile || column == FleetModel::Note) {
        const int order = compareNames(left.data().toString(), right.data().toString());
        if (order != 0) {
            return order < 0;
        }
    }
    const double firstFigure = figureOf(first, column);
    const double secondFigure = figureOf(second, column);
    if (firstFigure != secondFigure) {
        return firstFigure < secondFigure;
    }
    return compareNames(first.entry.name, second.entry.name) < 0;
}

} // namespace notrack::gui
