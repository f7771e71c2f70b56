#include "gui/model/node_comparison.h"

#include "gui/model/odd_ones.h"

#include <QCoreApplication>

#include <algorithm>
#include <map>

namespace notrack::gui
{

namespace
{

struct NodeComparisonText
{
    Q_DECLARE_TR_FUNCTIONS(NodeComparison)
};

/// What a node says about things, by their names.
using Facts = std::map<QString, QString>;

Facts propertiesOf(const NodeRecord& record)
{
    Facts facts{{NodeComparisonText::tr("State"), record.stateText()}};
    if (!record.report) {
        return facts;
    }
    const Report& report = *record.report;
    facts[NodeComparisonText::tr("Profile")] = shown(report.profileName);
    facts[NodeComparisonText::tr("Digest")] = shown(report.profileDigest);
    facts[NodeComparisonText::tr("Override")] = shown(report.profileOverride);
    facts[NodeComparisonText::tr("Backend")] = shown(report.backend);
    facts[NodeComparisonText::tr("Version of the runner")] = shown(report.version);
    if (const auto offset = clockOffset(record)) {
        facts[NodeComparisonText::tr("Clock")] = clockText(*offset);
    }
    return facts;
}

Facts rulesOf(const NodeRecord& record)
{
    Facts facts;
    if (!record.report) {
        return facts;
    }
    for (const FamilyReport& family : record.report->families) {
        const QString name = family.family == Family::Ipv4 ? QStringLiteral("IPv4 ") : QStringLiteral("IPv6 ");
        for (const ChainReport& chain : family.chains) {
            for (const RuleReport& rule : chain.rules) {
                facts[name + shown(chain.name + " " + rule.text)] = toQString(std::string(toText(rule.state)));
            }
        }
    }
    return facts;
}

Facts findingsOf(const NodeRecord& record)
{
    Facts facts;
    if (record.report) {
        for (const Finding& finding : record.report->findings) {
            facts[shown(finding.id)] = shown(finding.summary);
        }
    }
    return facts;
}

Facts servicesOf(const NodeRecord& record)
{
    Facts facts;
    if (!record.report) {
        return facts;
    }
    for (const VirtualService& service : record.report->virtualServices) {
        const QString name = toQString(toText(service.address)) + QLatin1Char(' ') + QString::number(service.port.value);
        facts[name] = shown(service.scheduler);
        for (const RealServer& server : service.realServers) {
            facts[NodeComparisonText::tr("%1 to %2").arg(name, toQString(toText(server.address)))] =
                NodeComparisonText::tr("%1, weight %2").arg(shown(server.forwarding)).arg(server.weight);
        }
    }
    return facts;
}

TreeRow section(const QString& title, const Facts& left, const Facts& right)
{
    Facts all = left;
    all.insert(right.begin(), right.end());
    TreeRow row{title, {title}, RowMark::None, {}, {}};
    const auto said = [](const Facts& facts, const QString& name) {
        const auto found = facts.find(name);
        return found == facts.end() ? QStringLiteral("–") : found->second;
    };
    for (const auto& fact : all) {
        const QString first = said(left, fact.first);
        const QString second = said(right, fact.first);
        row.children.push_back({fact.first, {fact.first, first, second}, first == second ? RowMark::Ok : RowMark::Warning, {}, {}});
    }
    std::stable_partition(row.children.begin(), row.children.end(), [](const TreeRow& child) { return child.mark == RowMark::Warning; });
    const auto differ =
        std::count_if(row.children.begin(), row.children.end(), [](const TreeRow& child) { return child.mark == RowMark::Warning; });
    row.cells.append(differ == 0 ? NodeComparisonText::tr("alike")
                                 : NodeComparisonText::tr("%n differ(s)", nullptr, static_cast<int>(differ)));
    return row;
}

} // namespace

std::vector<TreeRow> buildComparisonRows(const NodeRecord& left, const NodeRecord& right)
{
    return {section(NodeComparisonText::tr("Node"), propertiesOf(left), propertiesOf(right)),
            section(NodeComparisonText::tr("Rules"), rulesOf(left), rulesOf(right)),
            section(NodeComparisonText::tr("Findings"), findingsOf(left), findingsOf(right)),
            section(NodeComparisonText::tr("IPVS"), servicesOf(left), servicesOf(right))};
}

} // namespace notrack::gui
