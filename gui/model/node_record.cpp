#include "gui/model/node_record.h"

#include <QCoreApplication>
#include <QLocale>
#include <QTime>

#include <algorithm>

namespace notrack::gui
{

namespace
{

QString translate(const char* text)
{
    return QCoreApplication::translate("NodeRecord", text);
}

/// What stands behind "in sync".
QString verifiedWord(const Report& report)
{
    if (!report.verified) {
        return translate("not verified");
    }
    switch (report.verified->by) {
    case Proof::Trial:
    case Proof::Probe:
        return translate("verified");
    case Proof::None:
        return translate("no proof asked");
    case Proof::Waived:
        return translate("proof waived");
    }
    return {};
}

QString reportNote(const Report& report)
{
    if (report.error) {
        return safeLine(toQString(toText(*report.error)));
    }
    const auto worst = std::find_if(report.findings.begin(), report.findings.end(),
                                    [](const Finding& finding) { return !finding.waived && finding.severity != Severity::Info; });
    if (worst != report.findings.end()) {
        return safeLine(toQString(worst->id + ": " + worst->summary));
    }
    std::size_t different = 0;
    for (const FamilyReport& family : report.families) {
        for (const ChainReport& chain : family.chains) {
            different += static_cast<std::size_t>(
                std::count_if(chain.rules.begin(), chain.rules.end(), [](const RuleReport& rule) { return rule.state != ItemState::Ok; }));
        }
    }
    if (different > 0) {
        return translate("rules that differ: %1").arg(different);
    }
    const bool unverified = report.state == NodeState::InSync && !report.verified;
    return unverified ? translate("not verified: nobody has shown yet that DNS works with these rules") : QString();
}

} // namespace

void NodeRecord::take(const ReceivedReport& received, qint64 usualPause)
{
    constexpr qint64 allowedPauses = 3;
    constexpr qint64 allowedDelay = 2000; // of ssh and of a busy node
    constexpr qint64 pausesInRates = 4;
    report = received.report;
    arrived = received.document.arrived;
    monotonic = received.document.monotonic;
    freshUntil = monotonic + allowedPauses * usualPause + allowedDelay;
    history.take(*report, monotonic, pausesInRates * usualPause);
    freshness = Freshness::Fresh;
}

bool NodeRecord::judgeFreshness(qint64 now)
{
    const Freshness before = freshness;
    if (!report) {
        freshness = Freshness::None;
    } else {
        freshness = link.phase == LinkPhase::Live && now <= freshUntil ? Freshness::Fresh : Freshness::Stale;
    }
    return freshness != before;
}

std::optional<RowState> NodeRecord::lastKnown() const
{
    return report && !isFresh() ? std::make_optional(reportedState(*report)) : std::nullopt;
}

QString NodeRecord::stateText() const
{
    const QString word = displayText(state());
    if (const auto before = lastKnown()) {
        return translate("%1, was %2").arg(word, displayText(*before));
    }
    return state() == RowState::InSync ? translate("%1, %2").arg(word, verifiedWord(*report)) : word;
}

QString NodeRecord::note(qint64 now) const
{
    QString reason = link.reason;
    if (link.phase != LinkPhase::NeedsPerson && reason.endsWith(QLatin1Char('.'))) {
        reason.chop(1); // more follows
    }
    switch (link.phase) {
    case LinkPhase::Paused:
        return {};
    case LinkPhase::Queued:
        return reason.isEmpty() ? translate("waits for its turn") : translate("%1; waits for its turn").arg(reason);
    case LinkPhase::Connecting:
        return reason.isEmpty() ? QString() : translate("%1; trying again").arg(reason);
    case LinkPhase::Waiting:
        return translate("%1; next try in %2").arg(reason, ageText(std::max<qint64>(0, link.retryAt - now)));
    case LinkPhase::NeedsPerson:
        return reason;
    case LinkPhase::Live:
        if (!report) {
            return {};
        }
        return isFresh() ? reportNote(*report) : translate("no report for %1").arg(ageText(now - monotonic));
    }
    return {};
}

int NodeRecord::findingCount() const
{
    if (!report) {
        return 0;
    }
    return static_cast<int>(
        std::count_if(report->findings.begin(), report->findings.end(), [](const Finding& finding) { return !finding.waived; }));
}

void addLogLine(NodeRecord& record, const QString& line)
{
    if (record.log.size() >= NodeRecord::mostLogLines) {
        record.log.pop_front();
    }
    record.log.push_back(QTime::currentTime().toString(Qt::ISODate) + QLatin1Char(' ') + line);
}

QString ageText(qint64 milliseconds)
{
    constexpr qint64 minute = 60;
    constexpr qint64 hour = 3600;
    const qint64 seconds = milliseconds / 1000;
    if (seconds < 2 * minute) {
        return translate("%1 s").arg(seconds);
    }
    if (seconds < 2 * hour) {
        return translate("%1 min").arg(seconds / minute);
    }
    return translate("%1 h").arg(seconds / hour);
}

QString rateText(std::optional<float> rate)
{
    if (!rate) {
        return QStringLiteral("–");
    }
    const auto value = static_cast<double>(*rate);
    const QLocale locale;
    if (value == 0.0) {
        return QStringLiteral("0");
    }
    if (value < 9.95) {
        return locale.toString(value, 'f', 1);
    }
    if (value < 9999.5) {
        return locale.toString(value, 'f', 0);
    }
    return value < 1e6 ? locale.toString(value / 1e3, 'f', 1) + QLatin1Char('k') : locale.toString(value / 1e6, 'f', 1) + QLatin1Char('M');
}

QString percentText(std::optional<float> percent)
{
    return percent ? QLocale().toString(static_cast<double>(*percent), 'f', 1) + QStringLiteral(" %") : QStringLiteral("–");
}

} // namespace notrack::gui
