#include "core/report/prometheus.h"

#include "core/base/clean_text.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

namespace notrack
{

namespace
{

using Labels = std::vector<std::pair<std::string_view, std::string>>;

constexpr double millisecondsPerSecond = 1000;

enum class MetricType { Counter, Gauge };

std::string escaped(std::string_view text, bool quotes)
{
    std::string result;
    for (const char character : cleanText(text, Newlines::Keep)) { // a scrape with one label that is no UTF-8 is lost whole
        if (character == '\n')
            result += "\\n";
        else if (character == '\\' || (quotes && character == '"'))
            result += {'\\', character};
        else
            result += character;
    }
    return result;
}

std::string toNumber(double value)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.10g", value);
    return text.data();
}

/// Collects the families in the order in which they are started. A family without a sample is not told of.
class MetricText
{
public:
    void startFamily(std::string name, MetricType type, std::string_view help)
    {
        m_name = "dns_notrack_" + std::move(name);
        m_header = "# HELP " + m_name + " " + escaped(help, false) + "\n# TYPE " + m_name +
                   (type == MetricType::Counter ? " counter\n" : " gauge\n");
    }

    void sample(const Labels& labels, const std::string& value)
    {
        m_text += std::exchange(m_header, {}) + m_name;
        char before = '{';
        for (const auto& [name, text] : labels) {
            m_text += before;
            m_text += std::string(name) + "=\"" + escaped(text, true) + "\"";
            before = ',';
        }
        m_text += (labels.empty() ? " " : "} ") + value + "\n";
    }

    void sample(const Labels& labels, std::uint64_t value) { sample(labels, std::to_string(value)); }

    void gauge(std::string name, std::string_view help, std::uint64_t value)
    {
        startFamily(std::move(name), MetricType::Gauge, help);
        sample({}, value);
    }

    void counter(std::string name, std::string_view help, std::uint64_t value)
    {
        startFamily(std::move(name), MetricType::Counter, help);
        sample({}, value);
    }

    const std::string& text() const { return m_text; }

private:
    std::string m_text;
    std::string m_name;
    std::string m_header;
};

/// Seconds since 1970 of "2026-11-22T23:00:00Z"; empty for any other text.
std::optional<std::int64_t> readTime(const std::string& time)
{
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
    // NOLINTNEXTLINE(cert-err34-c): the calendar below refuses what is out of range
    if (std::sscanf(time.c_str(), "%4d-%2u-%2uT%2d:%2d:%2dZ", &year, &month, &day, &hour, &minute, &second) != 6)
        return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
    if (!date.ok())
        return std::nullopt;
    const auto moment =
        std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second);
    return moment.time_since_epoch() / std::chrono::seconds(1);
}

std::string_view resultOf(const Report& report)
{
    if (report.error)
        return "failed";
    if (report.rolledBack)
        return "rolled-back";
    if (!report.waitsFor.empty())
        return report.changed ? "withdrawn" : "waiting";
    if (report.state == NodeState::Unsafe && report.command == "apply")
        return "refused";
    return "done";
}

void describeRun(const Report& report, MetricText& metrics)
{
    if (const auto time = readTime(report.time)) {
        metrics.startFamily("last_run_timestamp_seconds", MetricType::Gauge, "When the command last ran.");
        metrics.sample({{"command", report.command}}, std::to_string(*time));
    }
    double milliseconds = 0;
    for (const Timing& timing : report.timings)
        milliseconds += timing.milliseconds;
    metrics.startFamily("last_run_duration_seconds", MetricType::Gauge, "How long the command took.");
    metrics.sample({{"command", report.command}}, toNumber(milliseconds / millisecondsPerSecond));
    metrics.startFamily("last_run_result", MetricType::Gauge, "1 for what the command ended with, 0 for the other results.");
    for (const std::string_view result : {"done", "refused", "rolled-back", "withdrawn", "waiting", "failed"})
        metrics.sample({{"command", report.command}, {"result", std::string(result)}}, result == resultOf(report) ? 1U : 0U);
    if (report.error) {
        metrics.startFamily("last_run_error", MetricType::Gauge, "1 for the kind of failure that the command ended with.");
        metrics.sample({{"command", report.command}, {"kind", std::string(toText(report.error->kind))}}, 1);
    }
    metrics.startFamily("last_run_changed", MetricType::Gauge, "Whether the command changed the node's rules.");
    metrics.sample({{"command", report.command}}, report.changed ? 1U : 0U);
}

void describeState(const Report& report, MetricText& metrics)
{
    metrics.startFamily("build_info", MetricType::Gauge, "Version of dns-notrack.");
    metrics.sample({{"version", report.version}}, 1);
    metrics.startFamily("profile_info", MetricType::Gauge, "The profile, and the backend that holds its rules.");
    metrics.sample({{"profile", report.profileName}, {"digest", report.profileDigest}, {"backend", report.backend}}, 1);
    metrics.gauge("in_sync", "Whether the kernel holds what the profile asks for.", report.state == NodeState::InSync ? 1 : 0);
    metrics.gauge("retired", "Whether unattended runs leave this node alone.", report.retired.empty() ? 0 : 1);
    metrics.startFamily("verified", MetricType::Gauge,
                        "1 for who showed that DNS works with the rules that stand; none of them where nobody has.");
    for (const Proof proof : allProofs)
        metrics.sample({{"by", std::string(toText(proof))}}, report.verified && report.verified->by == proof ? 1U : 0U);
    if (const auto time = report.verified ? readTime(report.verified->at) : std::nullopt)
        metrics.gauge("verified_timestamp_seconds", "When that was shown, in a run before this one perhaps.",
                      static_cast<std::uint64_t>(*time));
    if (report.trial) {
        metrics.startFamily("trial", MetricType::Gauge, "1 for what the last trial of this boot came to, 0 for the others.");
        for (const TrialOutcome outcome : allTrialOutcomes)
            metrics.sample({{"outcome", std::string(toText(outcome))}}, outcome == report.trial->outcome ? 1U : 0U);
        metrics.gauge("trial_places", "Places that have a vote and were answered untracked in the last trial.", report.trial->places);
    }
    metrics.startFamily("state", MetricType::Gauge, "1 for the state that the node is in, 0 for the others.");
    using enum NodeState;
    for (const NodeState state : {InSync, Drifted, Absent, Unsafe, Error})
        metrics.sample({{"state", std::string(toText(state))}}, state == report.state ? 1U : 0U);
}

/// Family, chain and text of a rule.
using RuleKey = std::tuple<std::string, std::string, std::string>;

void describeRules(const Report& report, MetricText& metrics)
{
    std::map<RuleKey, Counters> rules;
    std::map<std::pair<std::string, std::string>, std::uint64_t> counts;
    for (const FamilyReport& family : report.families) {
        const std::string familyName(toText(family.family));
        for (const ItemState state : {ItemState::Ok, ItemState::Missing, ItemState::Unexpected, ItemState::Misplaced})
            counts[{familyName, std::string(toText(state))}];
        const auto add = [&](const std::string& chain, const std::string& text, ItemState state, const Counters& counters) {
            ++counts[{familyName, std::string(toText(state))}];
            if (state == ItemState::Missing)
                return;
            Counters& sum = rules[{familyName, chain, text}];
            sum.packets += counters.packets;
            sum.bytes += counters.bytes;
        };
        for (const JumpReport& jump : family.jumps)
            add(jump.from, "-j " + jump.to, jump.state, jump.counters);
        for (const ChainReport& chain : family.chains) {
            for (const RuleReport& rule : chain.rules)
                add(chain.name, rule.text, rule.state, rule.counters);
        }
    }
    metrics.startFamily("rules", MetricType::Gauge, "Rules and jumps of ours, by how they stand to the profile.");
    for (const auto& [key, count] : counts)
        metrics.sample({{"family", key.first}, {"state", key.second}}, count);
    const auto describe = [&](std::string name, std::string_view help, std::uint64_t Counters::*counter) {
        metrics.startFamily(std::move(name), MetricType::Counter, help);
        for (const auto& [key, counters] : rules)
            metrics.sample({{"family", std::get<0>(key)}, {"chain", std::get<1>(key)}, {"rule", std::get<2>(key)}}, counters.*counter);
    };
    describe("rule_packets_total", "Packets that matched the rule since it was added.", &Counters::packets);
    describe("rule_bytes_total", "Bytes that matched the rule since it was added.", &Counters::bytes);
}

void describeFindings(const Report& report, MetricText& metrics)
{
    metrics.startFamily("finding", MetricType::Gauge, "1 for everything that speaks against the profile on this node.");
    for (const Finding& finding : report.findings)
        metrics.sample(
            {{"id", finding.id}, {"severity", std::string(toText(finding.severity))}, {"waived", finding.waived ? "true" : "false"}}, 1);
}

void describeConntrack(const Report& report, MetricText& metrics)
{
    if (!report.conntrack)
        return;
    const ConntrackFigures& figures = *report.conntrack;
    metrics.gauge("conntrack_entries", "Entries in the connection tracking table.", figures.entries);
    metrics.gauge("conntrack_entries_limit", "Most entries that the connection tracking table takes.", figures.max);
    metrics.counter("conntrack_insert_failed_total", "Packets dropped because their entry lost a race.", figures.insertFailed);
    metrics.counter("conntrack_drop_total", "Packets dropped because the table was full or memory was short.", figures.drop);
    metrics.counter("conntrack_early_drop_total", "Entries evicted to make room for new ones.", figures.earlyDrop);
    metrics.counter("conntrack_clash_resolved_total", "Races between entries that the kernel resolved.", figures.clashResolved);
}

void describeServers(const Report& report, MetricText& metrics)
{
    metrics.startFamily("real_servers", MetricType::Gauge, "Real servers with a weight behind the IPVS service.");
    for (const VirtualService& service : report.virtualServices) {
        std::uint64_t count = 0;
        for (const RealServer& server : service.realServers)
            count += server.weight > 0 ? 1U : 0U;
        metrics.sample({{"service", toText(service.address)},
                        {"port", std::to_string(service.port.value)},
                        {"protocol", std::string(toText(service.protocol))}},
                       count);
    }
}

void describeProbe(const Report& report, MetricText& metrics)
{
    if (!report.probe)
        return;
    const std::vector<ProbeResult>& results = report.probe->after.empty() ? report.probe->before : report.probe->after;
    metrics.startFamily("probe_queries", MetricType::Gauge, "Queries that the last probe sent.");
    for (const ProbeResult& result : results)
        metrics.sample({{"from", result.from}, {"service", result.service}}, result.asked);
    metrics.startFamily("probe_answers", MetricType::Gauge, "Answers that the last probe got.");
    for (const ProbeResult& result : results)
        metrics.sample({{"from", result.from}, {"service", result.service}}, result.answered);
    metrics.startFamily("probe_round_trip_seconds", MetricType::Gauge, "Round-trip times that the last probe saw.");
    for (const ProbeResult& result : results) {
        for (const auto& [quantile, time] : {std::pair("0.5", result.p50), std::pair("0.99", result.p99)}) {
            if (time)
                metrics.sample({{"from", result.from}, {"service", result.service}, {"quantile", quantile}},
                               toNumber(*time / millisecondsPerSecond));
        }
    }
}

} // namespace

std::string describeMetrics(const Report& report)
{
    MetricText metrics;
    describeState(report, metrics);
    describeRun(report, metrics);
    describeRules(report, metrics);
    describeFindings(report, metrics);
    describeConntrack(report, metrics);
    describeServers(report, metrics);
    describeProbe(report, metrics);
    return metrics.text();
}

} // namespace notrack
