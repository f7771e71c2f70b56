#include "gui/model/node_pages.h"

#include "core/report/report_codec.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>

namespace notrack::gui
{

namespace
{

constexpr std::size_t mostRowsShown = 2000; ///< of one chain or list

struct NodePagesText
{
    Q_DECLARE_TR_FUNCTIONS(NodePages)
};

QString number(std::uint64_t value)
{
    return QLocale().toString(static_cast<qulonglong>(value));
}

QString stateWord(ItemState state)
{
    switch (state) {
    case ItemState::Ok:
        return NodePagesText::tr("ok");
    case ItemState::Missing:
        return NodePagesText::tr("missing");
    case ItemState::Unexpected:
        return NodePagesText::tr("unexpected");
    case ItemState::Misplaced:
        return NodePagesText::tr("misplaced");
    }
    return {};
}

RowMark markOf(ItemState state)
{
    switch (state) {
    case ItemState::Ok:
        return RowMark::Ok;
    case ItemState::Missing:
        return RowMark::Missing;
    case ItemState::Unexpected:
        return RowMark::Unexpected;
    case ItemState::Misplaced:
        return RowMark::Misplaced;
    }
    return RowMark::None;
}

QString familyName(Family family)
{
    return family == Family::Ipv4 ? QStringLiteral("IPv4") : QStringLiteral("IPv6");
}

/// A tick says what is so now.
RowMark liveMark(const NodeRecord& record, ItemState state)
{
    return state == ItemState::Ok && !record.isFresh() ? RowMark::Stale : markOf(state);
}

/// `trend` null where there is none, or none that may pass for live.
void addCounters(TreeRow& row, const Counters& counters, const RuleTrend* trend)
{
    row.cells << number(counters.packets) << number(counters.bytes) << rateText(trend != nullptr ? trend->packetRate : std::nullopt)
              << rateText(trend != nullptr ? trend->byteRate : std::nullopt);
    row.trend = trend != nullptr ? trend->recent : std::vector<float>();
}

TreeRow ruleRow(const RuleReport& rule, RowMark mark, const RuleTrend* trend, std::size_t key)
{
    const bool found = rule.state != ItemState::Missing;
    TreeRow row{QString::number(key), {shown(rule.text), stateWord(rule.state)}, mark, {}, {}};
    if (found) {
        addCounters(row, rule.counters, trend);
    }
    return row;
}

TreeRow chainRow(const NodeRecord& record, const FamilyReport& family, const ChainReport& chain)
{
    TreeRow row{toQString(chain.name), {shown(chain.name), stateWord(chain.state)}, liveMark(record, chain.state), {}, {}};
    if (chain.foundAs) {
        row.cells[1] = NodePagesText::tr("found as %1").arg(shown(*chain.foundAs));
    }
    QHash<QString, std::size_t> seen;
    for (std::size_t index = 0; index < chain.rules.size() && index < mostRowsShown; ++index) {
        const RuleReport& rule = chain.rules[index];
        const std::size_t key = ruleKey(family.family, chain.name, rule.text, seen[toQString(rule.text)]++);
        const RuleTrend* trend = record.isFresh() ? record.history.trend(key) : nullptr;
        row.children.push_back(ruleRow(rule, liveMark(record, rule.state), trend, key));
    }
    return row;
}

TreeRow jumpRow(const NodeRecord& record, Family family, const JumpReport& jump)
{
    TreeRow row{QLatin1String("jump ") + toQString(jump.from + " " + jump.to), {}, liveMark(record, jump.state), {}, {}};
    row.cells << QStringLiteral("%1 → %2").arg(shown(jump.from), shown(jump.to));
    row.cells << (jump.position ? NodePagesText::tr("%1, at %2").arg(stateWord(jump.state)).arg(*jump.position) : stateWord(jump.state));
    if (jump.state != ItemState::Missing) {
        addCounters(row, jump.counters, record.isFresh() ? record.history.trend(jumpKey(family, jump)) : nullptr);
    }
    return row;
}

QString severityWord(Severity severity)
{
    switch (severity) {
    case Severity::Info:
        return NodePagesText::tr("information");
    case Severity::Warning:
        return NodePagesText::tr("warning");
    case Severity::Fatal:
        return NodePagesText::tr("breaks DNS");
    }
    return {};
}

RowMark markOf(const Finding& finding)
{
    if (finding.waived) {
        return RowMark::Waived;
    }
    switch (finding.severity) {
    case Severity::Info:
        return RowMark::Info;
    case Severity::Warning:
        return RowMark::Warning;
    case Severity::Fatal:
        return RowMark::Fatal;
    }
    return RowMark::None;
}

/// What is to be read first weighs most.
int weight(const Finding& finding)
{
    return finding.waived ? -1 : static_cast<int>(finding.severity);
}

void addLines(TreeRow& row, const QString& title, const std::vector<std::string>& lines)
{
    if (lines.empty()) {
        return;
    }
    TreeRow group{title, {title}, RowMark::None, {}, {}};
    for (const std::string& line : lines) {
        group.children.push_back({toQString(line), {shown(line)}, RowMark::None, {}, {}});
    }
    row.children.push_back(std::move(group));
}

QString endpoint(const Address& address, Port port)
{
    const QString text = toQString(toText(address));
    return (address.family() == Family::Ipv6 ? QLatin1Char('[') + text + QLatin1Char(']') : text) + QLatin1Char(':') +
           QString::number(port.value);
}

TreeRow serviceRow(const VirtualService& service)
{
    const QString protocol = service.protocol == Protocol::Udp ? QStringLiteral("UDP ") : QStringLiteral("TCP ");
    const QString name = protocol + endpoint(service.address, service.port);
    TreeRow row{name, {name, shown(service.scheduler)}, service.realServers.empty() ? RowMark::Warning : RowMark::Ok, {}, {}};
    for (std::size_t index = 0; index < service.realServers.size() && index < mostRowsShown; ++index) {
        const RealServer& server = service.realServers[index];
        const QString place = endpoint(server.address, server.port);
        row.children.push_back(
            {place,
             {place, shown(server.forwarding), number(server.weight), number(server.activeConnections), number(server.inactiveConnections)},
             RowMark::None,
             {},
             {}});
    }
    if (row.children.empty()) {
        row.children.push_back({QStringLiteral("none"), {NodePagesText::tr("no real servers")}, RowMark::None, {}, {}});
    }
    return row;
}

TreeRow probeRow(const ProbeResult& probe)
{
    const QString place = NodePagesText::tr("%1 asks %2").arg(shown(probe.from), shown(probe.service));
    QString outcome = NodePagesText::tr("%1 of %2 answered").arg(probe.answered).arg(probe.asked);
    if (probe.p50) {
        outcome += NodePagesText::tr(", %1 ms").arg(QLocale().toString(*probe.p50, 'f', 1));
    }
    if (!probe.problem.empty()) {
        outcome += QStringLiteral(", ") + shown(probe.problem);
    }
    return {place, {place, outcome}, probe.answered == probe.asked ? RowMark::Ok : RowMark::Warning, {}, {}};
}

TreeRow property(const QString& name, const QString& value)
{
    return {name, {name, value}, RowMark::None, {}, {}};
}

} // namespace

QStringList ruleTitles()
{
    return {NodePagesText::tr("Rule"),      NodePagesText::tr("State"),   NodePagesText::tr("Packets"), NodePagesText::tr("Bytes"),
            NodePagesText::tr("Packets/s"), NodePagesText::tr("Bytes/s"), NodePagesText::tr("Lately")};
}

std::vector<TreeRow> buildRuleRows(const NodeRecord& record)
{
    std::vector<TreeRow> rows;
    if (!record.report) {
        return rows;
    }
    for (const FamilyReport& family : record.report->families) {
        TreeRow row{familyName(family.family), {familyName(family.family)}, RowMark::None, {}, {}};
        for (std::size_t index = 0; index < family.jumps.size() && index < mostRowsShown; ++index) {
            row.children.push_back(jumpRow(record, family.family, family.jumps[index]));
        }
        for (std::size_t index = 0; index < family.chains.size() && index < mostRowsShown; ++index) {
            row.children.push_back(chainRow(record, family, family.chains[index]));
        }
        if (!row.children.empty()) {
            rows.push_back(std::move(row));
        }
    }
    return rows;
}

QStringList findingTitles()
{
    return {NodePagesText::tr("Finding"), NodePagesText::tr("Severity")};
}

std::vector<TreeRow> buildFindingRows(const NodeRecord& record)
{
    std::vector<TreeRow> rows;
    if (!record.report) {
        return rows;
    }
    std::vector<Finding> findings = record.report->findings;
    std::stable_sort(findings.begin(), findings.end(),
                     [](const Finding& left, const Finding& right) { return weight(left) > weight(right); });
    for (const Finding& finding : findings) {
        TreeRow row{
            toQString(finding.id), {shown(finding.id + ": " + finding.summary), severityWord(finding.severity)}, markOf(finding), {}, {}};
        if (finding.waived) {
            row.cells[1] = NodePagesText::tr("%1, waived").arg(severityWord(finding.severity));
        }
        addLines(row, NodePagesText::tr("What was found"), finding.evidence);
        addLines(row, NodePagesText::tr("What to do"), finding.advice);
        rows.push_back(std::move(row));
    }
    return rows;
}

QStringList serviceTitles()
{
    return {NodePagesText::tr("Service and servers"), NodePagesText::tr("Scheduler, forwarding"), NodePagesText::tr("Weight"),
            NodePagesText::tr("Active"), NodePagesText::tr("Inactive")};
}

std::vector<TreeRow> buildServiceRows(const NodeRecord& record)
{
    std::vector<TreeRow> rows;
    if (!record.report) {
        return rows;
    }
    for (std::size_t index = 0; index < record.report->virtualServices.size() && index < mostRowsShown; ++index) {
        rows.push_back(serviceRow(record.report->virtualServices[index]));
    }
    if (record.report->probe) {
        const ProbeReport& probe = *record.report->probe;
        for (const ProbeResult& result : probe.after.empty() ? probe.before : probe.after) {
            rows.push_back(probeRow(result));
        }
    }
    return rows;
}

QStringList profileTitles()
{
    return {NodePagesText::tr("Property"), NodePagesText::tr("Value")};
}

std::vector<TreeRow> buildProfileRows(const NodeRecord& record)
{
    if (!record.report) {
        return {};
    }
    const Report& report = *record.report;
    std::vector<TreeRow> rows{
        property(NodePagesText::tr("Profile"), shown(report.profileName)),
        property(NodePagesText::tr("Digest"), shown(report.profileDigest)),
        property(NodePagesText::tr("Verified"), report.verified
                                                    ? NodePagesText::tr("by %1 at %2 from %3")
                                                          .arg(shown(std::string(toText(report.verified->by))), shown(report.verified->at),
                                                               QString::number(report.verified->places))
                                                    : NodePagesText::tr("not yet")),
        property(NodePagesText::tr("Backend"), shown(report.backend)),
        property(NodePagesText::tr("Why this backend"), shown(report.backendReason)),
        property(NodePagesText::tr("Node calls itself"), shown(report.node)),
        property(NodePagesText::tr("Time on the node"), shown(report.time)),
        property(NodePagesText::tr("Version of the runner"), shown(report.version)),
    };
    if (!report.retired.empty()) {
        rows.push_back(
            property(NodePagesText::tr("Retired"),
                     NodePagesText::tr("since %1, by dns-notrack retire: no unattended run applies anything").arg(shown(report.retired))));
    }
    if (report.error) {
        rows.push_back(property(NodePagesText::tr("Error"), shown(toText(*report.error))));
    }
    for (const Timing& timing : report.timings) {
        rows.push_back(property(NodePagesText::tr("Time for %1").arg(shown(timing.step)),
                                NodePagesText::tr("%1 ms").arg(QLocale().toString(timing.milliseconds, 'f', 1))));
    }
    return rows;
}

QString diffText(const NodeRecord& record)
{
    return record.report ? safeText(toQString(record.report->diff)) : QString();
}

QString rawText(const Report& report)
{
    return safeText(toQString(writeReportIndented(report)));
}

QString safeText(const QString& text, qsizetype longest)
{
    QString safe = text.left(longest);
    for (QChar& character : safe) {
        const QChar::Category category = character.category();
        const bool breaks = character == QLatin1Char('\n') || character == QLatin1Char('\t');
        if (!breaks && (category == QChar::Other_Control || category == QChar::Other_Format)) {
            character = QChar(QChar::ReplacementCharacter);
        }
    }
    if (text.size() > longest) {
        safe += QLatin1Char('\n') + NodePagesText::tr("… cut after %1 KiB; an export of the reports has all of it").arg(longest >> 10);
    }
    return safe;
}

} // namespace notrack::gui
