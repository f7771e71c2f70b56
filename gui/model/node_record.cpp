#include "gui/model/node_record.h"

#include "gui/remote/captures.h"

#include <QCoreApplication>
#include <QLocale>
#include <QTime>

#include <algorithm>

namespace notrack::gui
{

namespace
{

struct NodeRecordText
{
    Q_DECLARE_TR_FUNCTIONS(NodeRecord)
};

/// What stands behind "in sync".
QString verifiedWord(const Report& report)
{
    if (!report.verified) {
        return NodeRecordText::tr("not verified");
    }
    switch (report.verified->by) {
    case Proof::Trial:
    case Proof::Probe:
        return NodeRecordText::tr("verified");
    case Proof::None:
        return NodeRecordText::tr("no proof asked");
    case Proof::Waived:
        return NodeRecordText::tr("proof waived");
    }
    return {};
}

QString reportNote(const Report& report)
{
    if (report.error) {
        return safeLine(toQString(toText(*report.error)));
    }
    if (!report.retired.empty()) {
        return NodeRecordText::tr("retired since %1").arg(safeLine(toQString(report.retired)));
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
        return NodeRecordText::tr("rules that differ: %1").arg(different);
    }
    const bool unverified = report.state == NodeState::InSync && !report.verified;
    return unverified ? NodeRecordText::tr("not verified: nobody has shown yet that DNS works with these rules") : QString();
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

void NodeRecord::setEntry(const NodeEntry& given)
{
    if (isCaptured() != (given.captured != nullptr)) {
        *this = NodeRecord();
        link.phase = LinkPhase::Queued;
    }
    entry = given;
    if (const auto& captured = given.captured) {
        freshness = Freshness::Captured;
        link = {LinkPhase::Live, LinkProblem::None, captured->problem, 0};
        report = captured->report;
        arrived = captured->at;
        doctor = {DoctorVisit::Phase::Done, captured->at.toLocalTime(), captured->health};
        if (!report) {
            doctor = {DoctorVisit::Phase::Failed, captured->at.toLocalTime(), captured->problem};
        }
    }
}

QString NodeRecord::age(qint64 now) const
{
    if (isCaptured()) {
        return arrived.isValid() ? ageText(arrived.msecsTo(QDateTime::currentDateTimeUtc())) : QStringLiteral("–");
    }
    return monotonic == 0 ? QStringLiteral("–") : ageText(now - monotonic);
}

bool NodeRecord::judgeFreshness(qint64 now)
{
    const Freshness before = freshness;
    if (isCaptured()) {
        return false;
    }
    if (!report) {
        freshness = Freshness::None;
    } else {
        freshness = link.phase == LinkPhase::Live && now <= freshUntil ? Freshness::Fresh : Freshness::Stale;
    }
    return freshness != before;
}

std::optional<RowState> NodeRecord::lastKnown() const
{
    return report && !isFresh() && !isCaptured() ? std::make_optional(reportedState(*report)) : std::nullopt;
}

QString NodeRecord::stateText() const
{
    const QString word = displayText(state());
    if (isCaptured()) {
        return NodeRecordText::tr("%1, captured").arg(word);
    }
    if (const auto before = lastKnown()) {
        return NodeRecordText::tr("%1, was %2").arg(word, displayText(*before));
    }
    return state() == RowState::InSync ? NodeRecordText::tr("%1, %2").arg(word, verifiedWord(*report)) : word;
}

QString NodeRecord::reason(qint64 now) const
{
    if (isCaptured()) {
        return report ? reportNote(*report) : safeLine(link.reason);
    }
    if (link.phase == LinkPhase::Live) {
        if (!report) {
            return {};
        }
        return isFresh() ? reportNote(*report) : NodeRecordText::tr("no report for %1").arg(ageText(now - monotonic));
    }
    QString text = link.phase == LinkPhase::Paused ? QString() : link.reason;
    if (link.phase != LinkPhase::NeedsPerson && text.endsWith(QLatin1Char('.'))) {
        text.chop(1); // more follows
    }
    return text;
}

QString NodeRecord::note(qint64 now) const
{
    const QString text = reason(now);
    switch (link.phase) {
    case LinkPhase::Queued:
        return text.isEmpty() ? NodeRecordText::tr("waits for its turn") : NodeRecordText::tr("%1; waits for its turn").arg(text);
    case LinkPhase::Connecting:
        return text.isEmpty() ? QString() : NodeRecordText::tr("%1; trying again").arg(text);
    case LinkPhase::Waiting:
        return NodeRecordText::tr("%1; next try in %2").arg(text, ageText(std::max<qint64>(0, link.retryAt - now)));
    case LinkPhase::Paused:
    case LinkPhase::NeedsPerson:
    case LinkPhase::Live:
        return text;
    }
    return {};
}

QString NodeRecord::sinceText() const
{
    if (!since || state() != settled) {
        return QStringLiteral("–");
    }
    const QString moment = momentText(since->at);
    return since->gap ? NodeRecordText::tr("%1, gap").arg(moment) : moment;
}

int NodeRecord::findingCount() const
{
    if (!report) {
        return 0;
    }
    return static_cast<int>(
        std::count_if(report->findings.begin(), report->findings.end(), [](const Finding& finding) { return !finding.waived; }));
}

void addLogLine(NodeRecord& record, const QString& line, const QDateTime& now)
{
    constexpr std::ptrdiff_t lastFew = 6; // what one failed attempt says
    const auto newest = record.log.rbegin();
    const auto oldest = newest + std::min(lastFew, static_cast<std::ptrdiff_t>(record.log.size()));
    const auto same = std::find_if(newest, oldest, [&line](const LogLine& each) { return each.text == line; });
    if (same != oldest) {
        LogLine repeated = *same;
        repeated.last = now;
        ++repeated.times;
        record.log.erase(std::next(same).base());
        record.log.push_back(repeated);
        return;
    }
    if (record.log.size() >= NodeRecord::mostLogLines) {
        record.log.pop_front();
    }
    record.log.push_back({now, now, line});
}

QString logText(const LogLine& line)
{
    const QString format = QStringLiteral("yyyy-MM-dd HH:mm:ss");
    const QString text = line.last.toString(format) + QLatin1Char(' ') + line.text;
    return line.times == 1 ? text
                           : NodeRecordText::tr("%1 (%n time(s) since %2)", nullptr, line.times).arg(text, line.first.toString(format));
}

QString momentText(const QDateTime& moment)
{
    const QDateTime local = moment.toLocalTime();
    const bool today = local.date() == QDate::currentDate();
    return local.toString(today ? QStringLiteral("HH:mm") : QStringLiteral("MM-dd HH:mm"));
}

QString ageText(qint64 milliseconds)
{
    constexpr qint64 minute = 60;
    constexpr qint64 hour = 3600;
    const qint64 seconds = milliseconds / 1000;
    if (seconds < 2 * minute) {
        return NodeRecordText::tr("%1 s").arg(seconds);
    }
    if (seconds < 2 * hour) {
        return NodeRecordText::tr("%1 min").arg(seconds / minute);
    }
    return NodeRecordText::tr("%1 h").arg(seconds / hour);
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
