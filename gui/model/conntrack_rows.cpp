#include "gui/model/conntrack_rows.h"

#include <QCoreApplication>
#include <QLocale>

#include <cstdint>

namespace notrack::gui
{

namespace
{

struct ConntrackRowsText
{
    Q_DECLARE_TR_FUNCTIONS(ConntrackRows)
};

QString grouped(std::uint64_t value)
{
    return QLocale().toString(static_cast<qulonglong>(value));
}

/// "12 in 24.0 h"
QString inTime(std::uint64_t count, std::uint64_t seconds)
{
    return ConntrackRowsText::tr("%1 in %2 h").arg(grouped(count), QLocale().toString(static_cast<double>(seconds) / 3600, 'f', 1));
}

QString shareOf(std::uint64_t count, const EntriesCounted& counted)
{
    return ConntrackRowsText::tr("%1 of %2").arg(grouped(count), grouped(counted.entries));
}

TreeRow figureRow(const QString& name, const QString& value, const QString& rate = {})
{
    return {name, {name, value, rate}, RowMark::None, {}, {}};
}

void addEffect(std::vector<TreeRow>& rows, const Effect& effect)
{
    const LossesOver& before = effect.before;
    const LossesOver& since = effect.since;
    rows.push_back(figureRow(ConntrackRowsText::tr("Insert failed before the rules"), inTime(before.insertFailed, before.seconds)));
    rows.push_back(figureRow(ConntrackRowsText::tr("Insert failed since"), inTime(since.insertFailed, since.seconds)));
    rows.push_back(figureRow(ConntrackRowsText::tr("Dropped before the rules"), inTime(before.drop, before.seconds)));
    rows.push_back(figureRow(ConntrackRowsText::tr("Dropped since"), inTime(since.drop, since.seconds)));
    if (const auto& lately = effect.lately) {
        rows.push_back(figureRow(ConntrackRowsText::tr("Insert failed lately"), inTime(lately->insertFailed, lately->seconds)));
        rows.push_back(figureRow(ConntrackRowsText::tr("Dropped lately"), inTime(lately->drop, lately->seconds)));
    }
    rows.push_back(figureRow(ConntrackRowsText::tr("Packets that the rules counted"), grouped(effect.packets)));
    if (const auto& counted = effect.countedBefore) {
        rows.push_back(figureRow(ConntrackRowsText::tr("Entries of DNS without the rules"), shareOf(counted->dns, *counted)));
        rows.push_back(figureRow(ConntrackRowsText::tr("Entries of tunnels without the rules"), shareOf(counted->tunnel, *counted)));
    }
    if (const auto& counted = effect.countedSince) {
        rows.push_back(figureRow(ConntrackRowsText::tr("Entries of DNS with the rules"), shareOf(counted->dns, *counted)));
        rows.push_back(figureRow(ConntrackRowsText::tr("Entries of tunnels with the rules"), shareOf(counted->tunnel, *counted)));
    }
}

} // namespace

QStringList conntrackTitles()
{
    return {ConntrackRowsText::tr("Connection tracking"), ConntrackRowsText::tr("Value"), ConntrackRowsText::tr("A second")};
}

std::vector<TreeRow> buildConntrackRows(const NodeRecord& record)
{
    if (!record.report || !record.report->conntrack) {
        return {};
    }
    const ConntrackFigures& figures = *record.report->conntrack;
    const HistorySample* latest = record.isFresh() ? record.history.latest() : nullptr;
    const auto rates = latest != nullptr ? record.history.conntrackRates() : std::nullopt;
    const auto rate = [&rates](float ConntrackRates::*which) {
        return rateText(rates ? std::make_optional((*rates).*which) : std::nullopt);
    };
    const auto used = latest != nullptr ? latest->usePercent : std::nullopt;
    std::vector<TreeRow> rows{
        figureRow(ConntrackRowsText::tr("Entries"), grouped(figures.entries)),
        figureRow(ConntrackRowsText::tr("Most entries"), grouped(figures.max)),
        figureRow(ConntrackRowsText::tr("In use"), percentText(used)),
        figureRow(ConntrackRowsText::tr("Insert failed"), grouped(figures.insertFailed), rate(&ConntrackRates::insertFailed)),
        figureRow(ConntrackRowsText::tr("Dropped"), grouped(figures.drop), rate(&ConntrackRates::drop)),
        figureRow(ConntrackRowsText::tr("Dropped early"), grouped(figures.earlyDrop), rate(&ConntrackRates::earlyDrop)),
        figureRow(ConntrackRowsText::tr("Clashes resolved"), grouped(figures.clashResolved), rate(&ConntrackRates::clashResolved)),
    };
    if (record.report->effect) {
        addEffect(rows, *record.report->effect);
    }
    return rows;
}

} // namespace notrack::gui
