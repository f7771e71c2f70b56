#include "gui/model/fleet_model.h"

#include <QLocale>
#include <QSet>

#include <algorithm>

namespace notrack::gui
{

namespace
{

constexpr int gatherMilliseconds = 200;
/// More changed rows than this are told as one range.
constexpr std::size_t mostSingleRows = 16;

} // namespace

void countState(const NodeRecord& record, StateCounts& counts)
{
    ++counts.at(static_cast<std::size_t>(record.state())).now;
    const auto before = record.lastKnown();
    if (before && *before != record.state() && badness(*before) > 0) {
        ++counts.at(static_cast<std::size_t>(*before)).before;
    }
}

FleetModel::FleetModel(QObject* parent) : QAbstractTableModel(parent), m_gather(this), m_second(this)
{
    m_gather.setSingleShot(true);
    m_gather.setInterval(gatherMilliseconds);
    connect(&m_gather, &QTimer::timeout, this, &FleetModel::flush);
    connect(&m_second, &QTimer::timeout, this, [this] {
        judgeFreshness(steadyNow());
        judgeNorm();
    });
    m_second.start(1000);
}

int FleetModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_records.size());
}

int FleetModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant FleetModel::displayData(const NodeRecord& record, int column) const
{
    const HistorySample* latest = record.history.latest();
    const bool live = record.isFresh() && latest != nullptr;
    switch (static_cast<Column>(column)) {
    case Node:
        return record.entry.name;
    case Groups:
        return record.entry.groups.join(QStringLiteral(", "));
    case State:
        return record.stateText();
    case Profile:
        return record.report ? safeLine(toQString(record.report->profileName), 100) : QString();
    case Untracked:
        return rateText(live ? latest->untracked : std::nullopt);
    case InsertFailed:
        return rateText(live ? latest->insertFailed : std::nullopt);
    case ConntrackUse:
        return percentText(live ? latest->usePercent : std::nullopt);
    case Findings:
        return record.report ? QLocale().toString(record.findingCount()) : QStringLiteral("–");
    case SinceWhen:
        return record.sinceText();
    case Age:
        return record.age(steadyNow());
    case Note:
        return noteOf(record);
    case ColumnCount:
        break;
    }
    return {};
}

/// Nodes in order are told of where they are unlike most others: no rule shows that.
QString FleetModel::noteOf(const NodeRecord& record) const
{
    QStringList parts{record.note(steadyNow())};
    if (record.state() == RowState::InSync) {
        parts += oddities(record, m_norm);
    }
    parts.removeAll(QString());
    return parts.join(QStringLiteral("; "));
}

QVariant FleetModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    const NodeRecord& node = record(index.row());
    switch (role) {
    case Qt::DisplayRole:
        return displayData(node, index.column());
    case Qt::ToolTipRole:
        // What may be cut in its cell. Escaped: a tooltip takes text that looks like markup for markup.
        if (index.column() == SinceWhen && node.since && node.since->gap) {
            return tr("The viewer did not run all the time from then on: the node may have been in other states meanwhile.");
        }
        return index.column() == State || (index.column() >= Untracked && index.column() <= Age)
                   ? QVariant()
                   : QVariant(displayData(node, index.column()).toString().toHtmlEscaped());
    case Qt::TextAlignmentRole:
        return index.column() >= Untracked && index.column() <= Age ? QVariant(int(Qt::AlignRight | Qt::AlignVCenter)) : QVariant();
    case StateRole:
        return static_cast<int>(node.state());
    case StaleRole:
        return node.freshness == Freshness::Stale;
    default:
        return {};
    }
}

QVariant FleetModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount) {
        return {};
    }
    if (role == Qt::TextAlignmentRole) {
        return section >= Untracked && section <= Age ? QVariant(int(Qt::AlignRight | Qt::AlignVCenter))
                                                      : QVariant(int(Qt::AlignLeft | Qt::AlignVCenter));
    }
    const std::array<QString, ColumnCount> titles{
        tr("Node"),      tr("Groups"),   tr("State"), tr("Profile"), tr("Untracked/s"), tr("Insert failed/s"),
        tr("Conntrack"), tr("Findings"), tr("Since"), tr("Age"),     tr("Note")};
    const std::array<QString, ColumnCount> hints{
        tr("Name in the inventory"),
        tr("Groups of the inventory"),
        tr("How the rules in the kernel stand to the profile"),
        tr("Name of the profile on the node"),
        tr("Packets a second that NOTRACK rules matched; with scope any, one packet may match in both hooks"),
        tr("Connection tracking entries a second that could not be inserted: lost packets"),
        tr("Entries of the connection tracking table in use"),
        tr("Findings that are not waived"),
        tr("When the node came into its state"),
        tr("Age of the last report"),
        tr("Why the state is what it is"),
    };
    if (role == Qt::DisplayRole) {
        return titles.at(static_cast<std::size_t>(section));
    }
    return role == Qt::ToolTipRole ? QVariant(hints.at(static_cast<std::size_t>(section))) : QVariant();
}

void FleetModel::setNodes(const std::vector<NodeEntry>& nodes)
{
    removeMissing(nodes);
    std::vector<std::unique_ptr<NodeRecord>> added;
    for (const NodeEntry& entry : nodes) {
        const int row = rowOf(entry.name);
        if (row >= 0) {
            m_records[static_cast<std::size_t>(row)]->setEntry(entry);
            markChanged(row);
            continue;
        }
        auto record = std::make_unique<NodeRecord>();
        record->link.phase = LinkPhase::Queued;
        record->setEntry(entry);
        added.push_back(std::move(record));
    }
    if (!added.empty()) {
        const int first = rowCount();
        beginInsertRows({}, first, first + static_cast<int>(added.size()) - 1);
        std::move(added.begin(), added.end(), std::back_inserter(m_records));
        renumber(first);
        endInsertRows();
    }
    emit countsChanged();
}

void FleetModel::removeMissing(const std::vector<NodeEntry>& nodes)
{
    QSet<QString> kept;
    for (const NodeEntry& entry : nodes) {
        kept.insert(entry.name);
    }
    flush();
    const auto isGone = [&](int row) { return !kept.contains(record(row).entry.name); };
    for (int last = rowCount() - 1; last >= 0; --last) {
        if (!isGone(last)) {
            continue;
        }
        int first = last;
        while (first > 0 && isGone(first - 1)) {
            --first;
        }
        beginRemoveRows({}, first, last);
        for (int row = first; row <= last; ++row) {
            m_rows.remove(record(row).entry.name);
        }
        m_records.erase(m_records.begin() + first, m_records.begin() + last + 1);
        renumber(first);
        endRemoveRows();
        last = first;
    }
}

void FleetModel::renumber(int first)
{
    for (int row = first; row < rowCount(); ++row) {
        m_rows.insert(record(row).entry.name, row);
    }
}

const NodeRecord* FleetModel::find(const QString& node) const
{
    const int row = rowOf(node);
    return row < 0 ? nullptr : &record(row);
}

StateCounts FleetModel::counts() const
{
    StateCounts counts{};
    for (const auto& record : m_records) {
        countState(*record, counts);
    }
    return counts;
}

QStringList FleetModel::groups() const
{
    QSet<QString> groups;
    for (const auto& record : m_records) {
        for (const QString& group : record->entry.groups) {
            groups.insert(group);
        }
    }
    QStringList sorted(groups.begin(), groups.end());
    sorted.sort();
    return sorted;
}

void FleetModel::takeLink(const QString& node, const LinkState& state)
{
    const int row = rowOf(node);
    if (row < 0) {
        return;
    }
    NodeRecord& record = *m_records[static_cast<std::size_t>(row)];
    record.link = state;
    record.judgeFreshness(steadyNow());
    if (state.phase != LinkPhase::Live) { // else the report that follows tells, not the one from before
        settle(record);
    }
    markChanged(row);
}

void FleetModel::takeReport(const QString& node, const ReceivedReport& received)
{
    const int row = rowOf(node);
    if (row < 0 || !received.report) {
        return;
    }
    NodeRecord& record = *m_records[static_cast<std::size_t>(row)];
    const auto stands = [&] { return std::pair(displayData(record, State), displayData(record, Profile)); };
    const auto before = stands();
    record.take(received, m_usualPause);
    settle(record);
    // A view that is sorted by state has nothing to sort where only figures changed.
    markChanged(row, stands() == before ? Untracked : State);
}

void FleetModel::takeLog(const QString& node, const QString& line)
{
    const int row = rowOf(node);
    if (row >= 0) {
        addLogLine(*m_records[static_cast<std::size_t>(row)], line);
        markChanged(row);
    }
}

void FleetModel::takeDoctor(const QString& node, const DoctorVisit& visit)
{
    const int row = rowOf(node);
    if (row >= 0) {
        m_records[static_cast<std::size_t>(row)]->doctor = visit;
        markChanged(row);
    }
}

void FleetModel::takeSince(const QString& node, const std::optional<Since>& since)
{
    const int row = rowOf(node);
    if (row >= 0) {
        m_records[static_cast<std::size_t>(row)]->since = since;
        markChanged(row);
    }
}

void FleetModel::judgeFreshness(qint64 now)
{
    for (int row = 0; row < rowCount(); ++row) {
        NodeRecord& record = *m_records[static_cast<std::size_t>(row)];
        if (record.judgeFreshness(now)) {
            settle(record);
            markChanged(row);
        }
    }
}

void FleetModel::settle(NodeRecord& record)
{
    const RowState now = record.state();
    if (now == RowState::Connecting || now == RowState::Paused || now == record.settled) {
        return;
    }
    const RowState before = std::exchange(record.settled, now);
    record.since.reset();
    emit nodeSettled({QDateTime::currentDateTimeUtc(), record.entry.name, now, record.reason(steadyNow())});
    if (before != RowState::Connecting && badness(now) > badness(before)) {
        emit nodeWorsened(record.entry.name, before, now);
    }
}

void FleetModel::markChanged(int row, int firstColumn)
{
    const auto [place, isNew] = m_changed.try_emplace(row, firstColumn);
    place->second = std::min(place->second, firstColumn);
    if (!m_gather.isActive()) {
        m_gather.start();
    }
}

void FleetModel::flush()
{
    m_gather.stop();
    const std::map<int, int> changed = std::exchange(m_changed, {});
    if (changed.empty()) {
        return;
    }
    // Rows of which only the figures changed, which are most, apart from the others.
    std::vector<int> figures;
    std::vector<int> whole;
    for (const auto& [row, firstColumn] : changed) {
        (firstColumn >= Untracked ? figures : whole).push_back(row);
    }
    tellChanged(figures, Untracked);
    tellChanged(whole, Node);
    for (const auto& [row, firstColumn] : changed) {
        emit nodeChanged(record(row).entry.name);
    }
    emit countsChanged();
}

void FleetModel::tellChanged(const std::vector<int>& rows, Column first)
{
    if (rows.size() > mostSingleRows) {
        emit dataChanged(index(rows.front(), first), index(rows.back(), ColumnCount - 1));
        return;
    }
    for (const int row : rows) {
        emit dataChanged(index(row, first), index(row, ColumnCount - 1));
    }
}

} // namespace notrack::gui
