#include "gui/model/odd_ones.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace notrack::gui
{

namespace
{

constexpr qint64 allowedOffset = 60;

struct OddOnesText
{
    Q_DECLARE_TR_FUNCTIONS(OddOnes)
};

std::string mostFrequent(const std::vector<std::unique_ptr<NodeRecord>>& records, std::string Report::*field)
{
    constexpr std::size_t leastNodes = 3;
    std::unordered_map<std::string_view, std::size_t> counts;
    std::size_t all = 0;
    for (const auto& record : records) {
        if (record->report) {
            ++counts[(*record->report).*field];
            ++all;
        }
    }
    const auto most =
        std::max_element(counts.begin(), counts.end(), [](const auto& left, const auto& right) { return left.second < right.second; });
    return all < leastNodes || 2 * most->second <= all ? std::string() : std::string(most->first);
}

} // namespace

FleetNorm normOf(const std::vector<std::unique_ptr<NodeRecord>>& records)
{
    return {mostFrequent(records, &Report::profileDigest), mostFrequent(records, &Report::version),
            mostFrequent(records, &Report::backend)};
}

std::optional<qint64> clockOffset(const NodeRecord& record)
{
    const QDateTime said = record.report ? QDateTime::fromString(toQString(record.report->time), Qt::ISODate) : QDateTime();
    return said.isValid() && record.arrived.isValid() ? std::make_optional(record.arrived.secsTo(said)) : std::nullopt;
}

QString clockText(qint64 offset)
{
    if (std::abs(offset) <= allowedOffset) {
        return OddOnesText::tr("right");
    }
    const QString age = ageText(1000 * std::abs(offset));
    return offset < 0 ? OddOnesText::tr("%1 behind").arg(age) : OddOnesText::tr("%1 ahead").arg(age);
}

QStringList oddities(const NodeRecord& record, const FleetNorm& norm)
{
    QStringList odd;
    if (!record.report) {
        return odd;
    }
    const Report& report = *record.report;
    if (!norm.digest.empty() && report.profileDigest != norm.digest) {
        odd.append(OddOnesText::tr("another profile than most nodes"));
    }
    if (!norm.version.empty() && report.version != norm.version) {
        odd.append(
            OddOnesText::tr("runner %1, most have %2").arg(safeLine(toQString(report.version), 40), safeLine(toQString(norm.version), 40)));
    }
    if (!norm.backend.empty() && report.backend != norm.backend) {
        odd.append(OddOnesText::tr("%1, most use %2").arg(safeLine(toQString(report.backend), 40), safeLine(toQString(norm.backend), 40)));
    }
    if (const auto offset = clockOffset(record); offset && std::abs(*offset) > allowedOffset) {
        odd.append(OddOnesText::tr("its clock is %1").arg(clockText(*offset)));
    }
    return odd;
}

} // namespace notrack::gui
