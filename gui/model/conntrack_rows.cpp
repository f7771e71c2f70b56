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

QString lossesText(const LossesOver& losses)
{
    return ConntrackRowsText::tr("%1 insert failures, %2 drops in %3 h")
        .arg(grouped(losses.insertFailed), grouped(losses.drop), QLocale().toString(static_cast<double>(losses.seconds) / 3600, 'f', 1));
}

QString countedText(const EntriesCounted& counted)
{
    return ConntrackRowsText::tr("DNS %1, tunnels %2 of %3, counted at %4")
        .arg(grouped(counted.dns), grouped(counted.tunnel), grouped(counted.entries), shown(counted.at));
}

TreeRow figureRow(const QString& name, const QString& value, const QString& rate = {})
{
    return {name, {name, value, rate}, RowMark::None, {}, {}};
}

void addEffect(std::vector<TreeRow>& rows, const Effect& effect)
{
    rows.push_back(figureRow(ConntrackRowsText::tr("Lost before the rules came"), lossesText(effect.before)));
    rows.push_back(figureRow(ConntrackRowsText::tr("Lost since"), lossesText(effect.since)));
    rows.push_back(figureRow(ConntrackRowsText::tr("Packets that the rules for DNS counted"), grouped(effect.packets)));
    if (effect.countedBefore) {
        rows.push_back(figureRow(ConntrackRowsText::tr("Entries without the rules"), countedText(*effect.countedBefore)));
    }
    if (effect.countedSince) {
        rows.push_back(figureRow(ConntrackRowsText::tr("Entries with the rules"), countedText(*effect.countedSince)));
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
    const auto failed = latest != nullptr ? latest->insertFailed : std::nullopt;
    const auto used = latest != nullptr ? latest->usePercent : std::nullopt;
    std::vector<TreeRow> rows{
        figureRow(ConntrackRowsText::tr("Entries"), grouped(figures.entries)),
        figureRow(ConntrackRowsText::tr("Most entries"), grouped(figures.max)),
        figureRow(ConntrackRowsText::tr("In use"), percentText(used)),
        figureRow(ConntrackRowsText::tr("Insert failed"), grouped(figures.insertFailed), rateText(failed)),
        figureRow(ConntrackRowsText::tr("Dropped"), grouped(figures.drop)),
        figureRow(ConntrackRowsText::tr("Dropped early"), grouped(figures.earlyDrop)),
        figureRow(ConntrackRowsText::tr("Clashes resolved"), grouped(figures.clashResolved)),
    };
    if (record.report->effect) {
        addEffect(rows, *record.report->effect);
    }
    return rows;
}

} // namespace notrack::gui
