#pragma once

#include "core/report/report.h"
#include "core/report/visited.h"

#include <cstddef>

/// The report's JSON, told once for the writer and the reader: `visitFields(fields, value)` names every field of a value in the
/// order in which it is written. `fields` offers field (a scalar), lines (text of several lines), list, object,
/// objectOrNull (which is written even when it is empty) and group.
namespace notrack
{

/// How many items a reader takes from a node, which is not trusted.
inline constexpr std::size_t mostFamilies = 2;
inline constexpr std::size_t mostJumps = 256;
inline constexpr std::size_t mostChains = 64;
inline constexpr std::size_t mostRulesReported = 10'000;
inline constexpr std::size_t mostFindings = 256;
inline constexpr std::size_t mostLines = 1'000;
inline constexpr std::size_t mostVirtualServices = 1'000;
inline constexpr std::size_t mostRealServers = 10'000;
inline constexpr std::size_t mostProbeResults = 1'000;
inline constexpr std::size_t mostTrialRows = 1'000;
inline constexpr std::size_t mostPlaceCounters = 1'000;
inline constexpr std::size_t mostCauses = 64;
inline constexpr std::size_t mostTcpStates = 64;
inline constexpr std::size_t mostTimings = 100;

template <typename Fields>
void visitFields(Fields& fields, Visited<Counters> auto& counters)
{
    fields.field("packets", counters.packets);
    fields.field("bytes", counters.bytes);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<JumpReport> auto& jump)
{
    fields.field("from", jump.from);
    fields.field("to", jump.to);
    fields.field("state", jump.state);
    fields.field("position", jump.position);
    visitFields(fields, jump.counters);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<RuleReport> auto& rule)
{
    fields.field("text", rule.text);
    fields.field("state", rule.state);
    fields.field("position", rule.position);
    visitFields(fields, rule.counters);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<ChainReport> auto& chain)
{
    fields.field("name", chain.name);
    fields.field("state", chain.state);
    fields.field("found_as", chain.foundAs);
    fields.list("rules", chain.rules, mostRulesReported);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<FamilyReport> auto& family)
{
    fields.field("family", family.family);
    fields.list("jumps", family.jumps, mostJumps);
    fields.list("chains", family.chains, mostChains);
    fields.field("unavailable", family.unavailable);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<Finding> auto& finding)
{
    fields.field("id", finding.id);
    fields.field("severity", finding.severity);
    fields.field("summary", finding.summary);
    fields.list("evidence", finding.evidence, mostLines);
    fields.list("advice", finding.advice, mostLines);
    fields.field("waived", finding.waived);
    fields.field("trial_decides", finding.trialDecides);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<ConntrackFigures> auto& figures)
{
    fields.field("entries", figures.entries);
    fields.field("max", figures.max);
    fields.field("insert_failed", figures.insertFailed);
    fields.field("drop", figures.drop);
    fields.field("early_drop", figures.earlyDrop);
    fields.field("clashres", figures.clashResolved);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<RealServer> auto& server)
{
    fields.field("address", server.address);
    fields.field("port", server.port);
    fields.field("forwarding", server.forwarding);
    fields.field("weight", server.weight);
    fields.field("active", server.activeConnections);
    fields.field("inactive", server.inactiveConnections);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<VirtualService> auto& service)
{
    fields.field("address", service.address);
    fields.field("port", service.port);
    fields.field("protocol", service.protocol);
    fields.field("scheduler", service.scheduler);
    fields.list("real_servers", service.realServers, mostRealServers);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<ProbeResult> auto& result)
{
    fields.field("from", result.from);
    fields.field("service", result.service);
    fields.field("asked", result.asked);
    fields.field("answered", result.answered);
    fields.field("p50_ms", result.p50);
    fields.field("p99_ms", result.p99);
    fields.field("problem", result.problem);
    fields.field("silent_pairs", result.silent);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<ProbeReport> auto& probe)
{
    fields.list("before", probe.before, mostProbeResults);
    fields.list("after", probe.after, mostProbeResults);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<TrialArm> auto& arm)
{
    fields.field("asked", arm.asked);
    fields.field("answered", arm.answered);
    fields.field("p50_ms", arm.p50);
    fields.field("p99_ms", arm.p99);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<TrialRow> auto& row)
{
    fields.field("from", row.from);
    fields.field("service", row.service);
    fields.group("tracked", [&](auto& arm) { visitFields(arm, row.tracked); });
    fields.group("untracked", [&](auto& arm) { visitFields(arm, row.untracked); });
    fields.field("lost", row.lost);
    fields.field("note", row.note);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<TrialReport> auto& trial)
{
    fields.field("outcome", trial.outcome);
    fields.field("at", trial.at);
    fields.field("why", trial.why);
    fields.field("places", trial.places);
    fields.field("packets", trial.packets);
    fields.field("left", trial.left);
    fields.list("rows", trial.rows, mostTrialRows);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<Verified> auto& verified)
{
    fields.field("by", verified.by);
    fields.field("at", verified.at);
    fields.field("places", verified.places);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<LossesOver> auto& losses)
{
    fields.field("seconds", losses.seconds);
    fields.field("insert_failed", losses.insertFailed);
    fields.field("drop", losses.drop);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<EntriesCounted> auto& counted)
{
    fields.field("at", counted.at);
    fields.field("entries", counted.entries);
    fields.field("dns", counted.dns);
    fields.field("tunnel", counted.tunnel);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<Effect> auto& effect)
{
    fields.group("before", [&](auto& before) { visitFields(before, effect.before); });
    fields.group("since", [&](auto& since) { visitFields(since, effect.since); });
    fields.object("lately", effect.lately);
    fields.field("packets", effect.packets);
    fields.object("counted_before", effect.countedBefore);
    fields.object("counted_since", effect.countedSince);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<TcpStateCount> auto& count)
{
    fields.field("state", count.state);
    fields.field("entries", count.entries);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<Census> auto& census)
{
    fields.field("entries", census.entries);
    fields.field("taken_out", census.takenOut);
    fields.field("dns", census.dns);
    fields.field("tunnel", census.tunnel);
    fields.field("other_udp", census.otherUdp);
    fields.list("tcp", census.tcp, mostTcpStates);
    fields.field("other", census.other);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<IpvsLoad> auto& load)
{
    fields.field("entries", load.entries);
    fields.field("buckets", load.buckets);
    fields.field("udp_timeout_s", load.udpTimeout);
    fields.field("tcp_timeout_s", load.tcpTimeout);
    fields.field("tcp_fin_timeout_s", load.tcpFinTimeout);
    fields.field("drops_entries", load.dropsEntries);
    fields.field("drops_packets", load.dropsPackets);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<PlaceCounter> auto& counter)
{
    fields.field("place", counter.place);
    fields.field("counter", counter.counter);
    fields.field("count", counter.count);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<PodView> auto& pod)
{
    fields.field("address", pod.address);
    fields.field("namespace", pod.name);
    fields.field("entries", pod.entries);
    fields.list("counters", pod.counters, mostPlaceCounters);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<LossFigures> auto& losses)
{
    fields.object("ipvs", losses.ipvs);
    fields.list("full_buffers", losses.fullBuffers, mostPlaceCounters);
    fields.list("lost_fragments", losses.lostFragments, mostPlaceCounters);
    fields.list("allowances", losses.allowances, mostPlaceCounters);
    fields.field("while_asking", losses.whileAsking);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<Cause> auto& cause)
{
    fields.field("id", cause.id);
    fields.field("lost", cause.lost);
    fields.field("summary", cause.summary);
    fields.list("evidence", cause.evidence, mostLines);
    fields.field("cure", cause.cure);
    fields.list("advice", cause.advice, mostLines);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<Timing> auto& timing)
{
    fields.field("step", timing.step);
    fields.field("ms", timing.milliseconds);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<Error> auto& error)
{
    fields.field("kind", error.kind);
    fields.field("message", error.message);
    fields.field("where", error.where);
    fields.field("code", error.code);
}

/// All but "schema", which comes first and is the codec's own.
template <typename Fields>
void visitFields(Fields& fields, Visited<Report> auto& report)
{
    fields.field("node", report.node);
    fields.field("time", report.time);
    fields.field("version", report.version);
    fields.field("command", report.command);
    fields.field("backend", report.backend);
    fields.field("backend_reason", report.backendReason);
    fields.group("profile", [&](auto& profile) {
        profile.field("name", report.profileName);
        profile.field("digest", report.profileDigest);
        profile.field("override", report.profileOverride);
    });
    fields.field("state", report.state);
    fields.field("changed", report.changed);
    fields.field("rolled_back", report.rolledBack);
    fields.objectOrNull("verified", report.verified);
    fields.field("waits_for", report.waitsFor);
    fields.field("retired", report.retired);
    fields.list("notes", report.notes, mostLines);
    fields.list("families", report.families, mostFamilies);
    fields.lines("diff", report.diff);
    fields.list("findings", report.findings, mostFindings);
    fields.object("conntrack", report.conntrack);
    fields.list("ipvs", report.virtualServices, mostVirtualServices);
    fields.object("probe", report.probe);
    fields.object("trial", report.trial);
    fields.object("effect", report.effect);
    fields.object("pod", report.pod);
    fields.object("census", report.census);
    fields.object("losses", report.losses);
    fields.list("causes", report.causes, mostCauses);
    fields.list("timings", report.timings, mostTimings);
    fields.object("error", report.error);
}

} // namespace notrack
