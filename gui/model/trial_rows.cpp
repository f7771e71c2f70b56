#include "gui/model/trial_rows.h"

#include <QCoreApplication>
#include <QLocale>

namespace notrack::gui
{

namespace
{

constexpr std::size_t mostPlacesShown = 2000;

struct TrialRowsText
{
    Q_DECLARE_TR_FUNCTIONS(TrialRows)
};

QString outcomeWord(TrialOutcome outcome)
{
    switch (outcome) {
    case TrialOutcome::Passed:
        return TrialRowsText::tr("passed");
    case TrialOutcome::Lost:
        return TrialRowsText::tr("answers were lost");
    case TrialOutcome::Silent:
        return TrialRowsText::tr("DNS is silent, tracked as well");
    case TrialOutcome::NoWitness:
        return TrialRowsText::tr("nobody could be asked");
    case TrialOutcome::NoEffect:
        return TrialRowsText::tr("the queries passed by the rules");
    case TrialOutcome::Failed:
        return TrialRowsText::tr("could not be made");
    }
    return {};
}

RowMark outcomeMark(TrialOutcome outcome)
{
    switch (outcome) {
    case TrialOutcome::Passed:
        return RowMark::Ok;
    case TrialOutcome::Lost:
        return RowMark::Fatal;
    case TrialOutcome::Silent:
    case TrialOutcome::NoWitness:
    case TrialOutcome::NoEffect:
    case TrialOutcome::Failed:
        return RowMark::Warning;
    }
    return RowMark::None;
}

/// "8 of 8, 1.2 ms"
QString armText(const TrialArm& arm)
{
    const QString answered = TrialRowsText::tr("%1 of %2").arg(arm.answered).arg(arm.asked);
    return arm.p50 ? TrialRowsText::tr("%1, %2 ms").arg(answered, QLocale().toString(*arm.p50, 'f', 1)) : answered;
}

RowMark placeMark(const TrialRow& row)
{
    if (row.lost > 0) {
        return RowMark::Fatal;
    }
    return row.untracked.answered > 0 && row.note.empty() ? RowMark::Ok : RowMark::Info;
}

} // namespace

QStringList trialTitles()
{
    return {TrialRowsText::tr("Place"),     TrialRowsText::tr("Service"), TrialRowsText::tr("Tracked"),
            TrialRowsText::tr("Untracked"), TrialRowsText::tr("Lost"),    TrialRowsText::tr("Note")};
}

std::vector<TreeRow> buildTrialRows(const NodeRecord& record)
{
    if (!record.report || !record.report->trial) {
        return {};
    }
    const TrialReport& trial = *record.report->trial;
    const QDateTime at = QDateTime::fromString(toQString(trial.at), Qt::ISODate);
    const QString moment = at.isValid() ? momentText(at) : shown(trial.at);
    TreeRow whole{QStringLiteral("trial"),
                  {moment + QLatin1String(": ") + outcomeWord(trial.outcome), {}, {}, {}, {}, shown(trial.why)},
                  outcomeMark(trial.outcome)};
    const auto add = [&whole](const QString& key, const QStringList& cells, RowMark mark) { whole.children.push_back({key, cells, mark}); };
    for (std::size_t index = 0; index < trial.rows.size() && index < mostPlacesShown; ++index) {
        const TrialRow& row = trial.rows[index];
        add(toQString(row.from + ' ' + row.service),
            {shown(row.from), shown(row.service), armText(row.tracked), armText(row.untracked), QLocale().toString(row.lost),
             shown(row.note)},
            placeMark(row));
    }
    if (trial.left > 0) {
        add(QStringLiteral("left"),
            {QStringLiteral("…"),
             {},
             {},
             {},
             {},
             TrialRowsText::tr("%n place(s) and service(s) take their turn in a later trial", nullptr, static_cast<int>(trial.left))},
            RowMark::Info);
    }
    std::vector<TreeRow> rows;
    rows.push_back(std::move(whole));
    return rows;
}

} // namespace notrack::gui
