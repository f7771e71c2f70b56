#pragma once

#include "core/report/capture.h"
#include "core/report/nft_fields.h"

#include <array>

/// The JSON of a capture, told once for the writer and the reader: `visitFields(fields, value)` names every field of a value in the order in
/// which it is written. `fields` offers field (a scalar), number (with its greatest value), bytes (hexadecimal), word (an enum by its name),
/// list, object (may be absent), group, and choice (one of several kinds, told apart by "is").
namespace notrack
{

inline constexpr std::size_t mostCapturedFiles = 20'000;
inline constexpr std::size_t mostCapturedNames = 100'000;
inline constexpr std::size_t mostCapturedRules = 400'000;

inline constexpr std::array notLocalWords{std::string_view("none"), std::string_view("source"), std::string_view("destination")};
inline constexpr std::array ruleTargetWords{std::string_view("notrack"), std::string_view("return")};
inline constexpr std::array backendWords{std::string_view("iptables"), std::string_view("nftables")};
inline constexpr std::array familyWords{std::string_view("ipv4"), std::string_view("ipv6")};
inline constexpr std::array protocolWords{std::string_view("udp"), std::string_view("tcp")};
inline constexpr std::array errorWords{std::string_view("failed"),       std::string_view("usage"), std::string_view("bad-profile"),
                                       std::string_view("no-backend"),   std::string_view("busy"),  std::string_view("conflict"),
                                       std::string_view("not-permitted")};

inline constexpr std::array<std::string_view, std::variant_size_v<RuleBody>> ruleKinds{"notrack", "jump", "foreign"};

constexpr const auto& kindsOf(const RuleBody* /*choice*/)
{
    return ruleKinds;
}

/// Visitors that take an enum by a list of its names, which the report's do not.
template <typename Fields>
concept TakesWords = requires(Fields& fields, ErrorKind& kind)
{
    fields.word("kind", kind, errorWords);
};

template <TakesWords Fields>
void visitFields(Fields& fields, Visited<Error> auto& error)
{
    fields.word("kind", error.kind, errorWords);
    fields.field("message", error.message);
    fields.field("where", error.where);
    fields.field("code", error.code);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<CapturedFile> auto& file)
{
    fields.field("path", file.path);
    fields.field("text", file.text);
    fields.object("error", file.error);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<CapturedFolder> auto& folder)
{
    fields.field("path", folder.path);
    fields.list("names", folder.names, mostCapturedNames);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<CapturedOutput> auto& output)
{
    fields.list("command", output.command, mostCapturedNames);
    fields.field("text", output.text);
    fields.object("error", output.error);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<CapturedModule> auto& module)
{
    fields.field("name", module.name);
    fields.field("present", module.present);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<PodNamespace> auto& pod)
{
    fields.field("name", pod.name);
    fields.list("addresses", pod.addresses, mostCapturedNames);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<CapturedPods> auto& pods)
{
    fields.list("found", pods.found, mostCapturedNames);
    fields.list("unread", pods.unread, mostCapturedNames);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<TunnelLink> auto& tunnel)
{
    fields.field("interface", tunnel.interface);
    fields.field("kind", tunnel.kind);
    fields.field("port", tunnel.port.value);
    fields.list("underlay", tunnel.underlay, mostCapturedNames);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<PortRange> auto& ports)
{
    fields.field("first", ports.first.value);
    fields.field("last", ports.last.value);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<NotrackRule> auto& rule)
{
    fields.word("protocol", rule.protocol, protocolWords);
    fields.field("source", rule.source);
    fields.field("destination", rule.destination);
    fields.object("source_port", rule.sourcePort);
    fields.object("destination_port", rule.destinationPort);
    fields.word("not_local", rule.notLocal, notLocalWords);
    fields.word("target", rule.target, ruleTargetWords);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<Jump> auto& jump)
{
    fields.field("chain", jump.chain);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<Reach> auto& reach)
{
    fields.wordIfAny("protocol", reach.protocol, protocolWords);
    fields.field("other_protocol", reach.isOtherProtocol);
    fields.field("source", reach.source);
    fields.field("destination", reach.destination);
    fields.object("source_ports", reach.sourcePorts);
    fields.object("destination_ports", reach.destinationPorts);
    fields.field("goto", reach.isGoto);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<ForeignRule> auto& rule)
{
    fields.field("target", rule.target);
    fields.field("text", rule.text);
    fields.field("fingerprint", rule.fingerprint);
    fields.object("reach", rule.reach);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<Entry> auto& entry)
{
    fields.choice(entry.body);
    fields.field("packets", entry.counters.packets);
    fields.field("bytes", entry.counters.bytes);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<Chain> auto& chain)
{
    fields.field("name", chain.name);
    fields.field("built_in", chain.builtIn);
    fields.field("policy", chain.policy);
    fields.list("entries", chain.entries, mostCapturedRules);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<Table> auto& table)
{
    fields.word("family", table.family, familyWords);
    fields.list("chains", table.chains, mostCapturedNames);
    fields.list("nftables_tables", table.nftablesTables, mostCapturedNames);
    fields.list("foreign_objects", table.foreignObjects, mostCapturedNames);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<CapturedTable> auto& table)
{
    fields.word("family", table.family, familyWords);
    fields.object("table", table.table);
    fields.object("error", table.error);
    fields.field("unavailable", table.unavailable);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<CapturedBackend> auto& backend)
{
    fields.word("backend", backend.backend, backendWords);
    fields.object("error", backend.error);
    fields.list("tables", backend.tables, allFamilies.size());
}

template <typename Fields>
void visitFields(Fields& fields, Visited<CapturedNftables> auto& nftables)
{
    fields.list("tables", nftables.tables, mostCapturedNames);
    fields.object("unlisted", nftables.unlisted);
    fields.object("rules", nftables.rules);
    fields.object("error", nftables.error);
}

template <TakesWords Fields>
void visitFields(Fields& fields, Visited<IpSet> auto& set)
{
    fields.field("name", set.name);
    fields.field("type", set.type);
    fields.wordIfAny("family", set.family, familyWords);
    fields.list("elements", set.elements, mostSetElements);
    fields.list("members", set.members, mostSetElements);
    fields.field("unread", set.unread);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<CapturedIpSets> auto& sets)
{
    fields.list("found", sets.found, mostCapturedNames);
    fields.object("error", sets.error);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<CapturedMemory> auto& memory)
{
    fields.list("texts", memory.texts, mostCapturedFiles);
    fields.field("locked", memory.locked);
    fields.field("seconds_since_boot", memory.sinceBoot);
}

/// All but "schema", which comes first, and "report", which comes last: both are the codec's own.
template <typename Fields>
void visitFields(Fields& fields, Visited<Capture> auto& capture)
{
    fields.field("node", capture.node);
    fields.field("time", capture.time);
    fields.field("version", capture.version);
    fields.field("redacted", capture.redacted);
    fields.word("backend", capture.backend, backendWords);
    fields.field("backend_reason", capture.backendReason);
    fields.list("profile", capture.profile, mostCapturedFiles);
    fields.list("files", capture.files, mostCapturedFiles);
    fields.list("folders", capture.folders, mostCapturedFiles);
    fields.list("present", capture.present, mostCapturedNames);
    fields.list("outputs", capture.outputs, mostCapturedFiles);
    fields.list("modules", capture.modules, mostCapturedFiles);
    fields.group("pods", capture.pods);
    fields.group("witnesses", capture.witnesses);
    fields.list("tunnels", capture.tunnels, mostCapturedNames);
    fields.group("nftables", capture.nftables);
    fields.group("ip_sets", capture.ipSets);
    fields.list("backends", capture.backends, allBackends.size());
    fields.group("memory", capture.memory);
}

} // namespace notrack
