#include "gui/model/what_if_rows.h"

#include "gui/model/node_record.h"

#include <QCoreApplication>

#include <algorithm>
#include <array>

namespace notrack::gui
{

namespace
{

constexpr qsizetype mostLinesShown = 200; ///< of one difference

struct WhatIfRowsText
{
    Q_DECLARE_TR_FUNCTIONS(WhatIfRows)
};

/// In the order in which they are to be read.
enum class WhatIfVerdict { Refuse, Unjudged, Apply, Nothing, Waiting };

WhatIfVerdict verdictOf(const WhatIfAnswer& answer)
{
    if (!answer.known) {
        return WhatIfVerdict::Waiting;
    }
    if (!answer.report) {
        return WhatIfVerdict::Unjudged;
    }
    switch (answer.report->state) {
    case NodeState::InSync:
        return WhatIfVerdict::Nothing;
    case NodeState::Drifted:
    case NodeState::Absent:
        return WhatIfVerdict::Apply;
    case NodeState::Unsafe:
        return WhatIfVerdict::Refuse;
    case NodeState::Error:
        return WhatIfVerdict::Unjudged;
    }
    return WhatIfVerdict::Unjudged;
}

QString verdictText(WhatIfVerdict verdict)
{
    switch (verdict) {
    case WhatIfVerdict::Refuse:
        return WhatIfRowsText::tr("would refuse");
    case WhatIfVerdict::Unjudged:
        return WhatIfRowsText::tr("cannot be judged");
    case WhatIfVerdict::Apply:
        return WhatIfRowsText::tr("would change");
    case WhatIfVerdict::Nothing:
        return WhatIfRowsText::tr("nothing to change");
    case WhatIfVerdict::Waiting:
        return WhatIfRowsText::tr("waits");
    }
    return {};
}

RowMark markOf(WhatIfVerdict verdict)
{
    switch (verdict) {
    case WhatIfVerdict::Refuse:
        return RowMark::Fatal;
    case WhatIfVerdict::Unjudged:
        return RowMark::Warning;
    case WhatIfVerdict::Apply:
        return RowMark::Missing;
    case WhatIfVerdict::Nothing:
        return RowMark::Ok;
    case WhatIfVerdict::Waiting:
        return RowMark::None;
    }
    return RowMark::None;
}

qsizetype linesWith(const QStringList& diff, QChar sign)
{
    return std::count_if(diff.begin(), diff.end(),
                         [sign](const QString& line) { return line.startsWith(sign) && !line.startsWith(QString(3, sign)); });
}

/// Fatal and not waived; the first of them is why.
bool refuses(const Finding& finding)
{
    return finding.severity == Severity::Fatal && !finding.waived;
}

QString whyOf(const WhatIfAnswer& answer, WhatIfVerdict verdict, const QStringList& diff)
{
    if (!answer.report) {
        return safeLine(answer.problem);
    }
    if (verdict == WhatIfVerdict::Apply) {
        return WhatIfRowsText::tr("lines that come: %1; that go: %2")
            .arg(linesWith(diff, QLatin1Char('+')))
            .arg(linesWith(diff, QLatin1Char('-')));
    }
    const auto& findings = answer.report->findings;
    const auto fatal = std::find_if(findings.begin(), findings.end(), refuses);
    return fatal == findings.end() ? QString() : shown(fatal->id + ": " + fatal->summary);
}

/// The finding and the first thing that shows it.
std::string withEvidence(const Finding& finding)
{
    if (finding.evidence.empty()) {
        return finding.summary;
    }
    const bool stops = !finding.summary.empty() && finding.summary.back() == '.';
    return finding.summary.substr(0, finding.summary.size() - (stops ? 1 : 0)) + ": " + finding.evidence.front();
}

void addFindings(TreeRow& row, const Report& report)
{
    for (const Finding& finding : report.findings) {
        if (finding.severity == Severity::Info) {
            continue;
        }
        const bool fatal = refuses(finding);
        row.children.push_back({QLatin1String("finding ") + toQString(finding.id),
                                {shown(finding.id),
                                 finding.waived ? WhatIfRowsText::tr("waived")
                                 : fatal        ? WhatIfRowsText::tr("breaks DNS")
                                                : WhatIfRowsText::tr("warning"),
                                 shown(withEvidence(finding))},
                                finding.waived ? RowMark::Waived
                                : fatal        ? RowMark::Fatal
                                               : RowMark::Warning});
    }
}

} // namespace

QStringList whatIfTitles()
{
    return {WhatIfRowsText::tr("Node"), WhatIfRowsText::tr("Verdict"), WhatIfRowsText::tr("Why")};
}

std::vector<TreeRow> buildWhatIfRows(const std::vector<WhatIfAnswer>& answers)
{
    std::vector<std::pair<WhatIfVerdict, TreeRow>> judged;
    for (const WhatIfAnswer& answer : answers) {
        const WhatIfVerdict verdict = verdictOf(answer);
        const QStringList diff =
            answer.report ? toQString(answer.report->diff).split(QLatin1Char('\n'), Qt::SkipEmptyParts) : QStringList();
        TreeRow row{answer.path, {safeLine(answer.node, 253), verdictText(verdict), whyOf(answer, verdict, diff)}, markOf(verdict)};
        if (answer.report) {
            addFindings(row, *answer.report);
        }
        for (qsizetype line = 0; line < std::min(mostLinesShown, diff.size()); ++line) {
            row.children.push_back({QStringLiteral("line %1").arg(line), {{}, {}, safeLine(diff.at(line), 500)}});
        }
        judged.emplace_back(verdict, std::move(row));
    }
    std::stable_sort(judged.begin(), judged.end(), [](const auto& left, const auto& right) { return left.first < right.first; });
    std::vector<TreeRow> rows;
    rows.reserve(judged.size());
    for (auto& [verdict, row] : judged) {
        rows.push_back(std::move(row));
    }
    return rows;
}

QString whatIfSummary(const std::vector<WhatIfAnswer>& answers)
{
    std::array<int, 5> counts{};
    for (const WhatIfAnswer& answer : answers) {
        ++counts.at(static_cast<std::size_t>(verdictOf(answer)));
    }
    const auto count = [&counts](WhatIfVerdict verdict) { return counts.at(static_cast<std::size_t>(verdict)); };
    const int all = static_cast<int>(answers.size());
    QStringList parts;
    for (const WhatIfVerdict verdict : {WhatIfVerdict::Refuse, WhatIfVerdict::Unjudged, WhatIfVerdict::Apply, WhatIfVerdict::Nothing}) {
        if (count(verdict) > 0) {
            parts.append(QStringLiteral("%1: %2").arg(verdictText(verdict)).arg(count(verdict)));
        }
    }
    return WhatIfRowsText::tr("%1 of %n capture(s) judged", nullptr, all).arg(all - count(WhatIfVerdict::Waiting)) +
           (parts.isEmpty() ? QString() : QLatin1String("; ") + parts.join(QLatin1String(", ")));
}

} // namespace notrack::gui
