#pragma once

#include "core/base/error.h"
#include "core/base/stopwatch.h"
#include "core/findings/finding.h"
#include "core/net/census.h"
#include "core/net/conntrack.h"
#include "core/net/ip.h"
#include "core/net/ipvs.h"
#include "core/net/losses.h"
#include "core/net/pod_view.h"
#include "core/report/cause.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace notrack
{

inline constexpr std::string_view reportSchemaId = "dns-notrack/report/v1";

/// The one word for a node.
enum class NodeState {
    InSync,  ///< the kernel holds what the profile asks for
    Drifted, ///< it holds something else
    Absent,  ///< it holds nothing of ours
    Unsafe,  ///< a fatal finding that is not waived stands against the profile
    Error,   ///< it could not be found out; Report::error says why
};

/// How something in the kernel stands to what the profile asks for.
enum class ItemState { Ok, Missing, Unexpected, Misplaced };

/// "in-sync", "drifted", "absent", "unsafe", "error".
std::string_view toText(NodeState state);
/// "ok", "missing", "unexpected", "misplaced".
std::string_view toText(ItemState state);

/// One rule, expected or found.
struct RuleReport
{
    std::string text; ///< iptables-save syntax without "-A CHAIN"
    ItemState state = ItemState::Ok;
    std::optional<std::uint32_t> position; ///< in its chain, from 1; empty when it is missing
    Counters counters;

    bool operator==(const RuleReport&) const = default;
};

/// A jump of ours; `position` as in RuleReport.
struct JumpReport
{
    std::string from;
    std::string to;
    ItemState state = ItemState::Ok;
    std::optional<std::uint32_t> position;
    Counters counters;

    bool operator==(const JumpReport&) const = default;
};

struct ChainReport
{
    std::string name;
    ItemState state = ItemState::Ok;    ///< Misplaced: it is there under the name `foundAs`
    std::optional<std::string> foundAs; ///< written by runners up to 0.1 only; today a renamed chain is missing
    std::vector<RuleReport> rules;

    bool operator==(const ChainReport&) const = default;
};

struct FamilyReport
{
    Family family = Family::Ipv4;
    std::vector<JumpReport> jumps;
    std::vector<ChainReport> chains;
    std::string unavailable; ///< why this node cannot hold the family's rules; empty where it can

    bool operator==(const FamilyReport&) const = default;
};

/// What one place got for its probe queries.
struct ProbeResult
{
    std::string from;    ///< "node", or the network namespace of a pod
    std::string service; ///< address that was asked
    std::uint32_t asked = 0;
    std::uint32_t answered = 0;
    std::optional<double> p50; ///< milliseconds; empty without an answer
    std::optional<double> p99; ///< milliseconds
    std::string problem;       ///< what was seen instead of answers, empty when all came
    std::uint32_t silent = 0;  ///< pairs (A and AAAA from one socket, which IPVS keeps on one server) that got no answer at all

    bool operator==(const ProbeResult&) const = default;
};

/// The probes around an apply; `after` is empty where nothing was written.
struct ProbeReport
{
    std::vector<ProbeResult> before;
    std::vector<ProbeResult> after;

    bool operator==(const ProbeReport&) const = default;
};

/// What a trial came to.
enum class TrialOutcome {
    Passed,    ///< untracked queries got their answers wherever tracked ones did
    Lost,      ///< a place got answers tracked and none untracked
    Silent,    ///< nothing answers, tracked or untracked
    NoWitness, ///< no place could be asked from
    NoEffect,  ///< the queries of every place passed by this node's tables
    Failed,    ///< its rules could not be written
};

inline constexpr std::array allTrialOutcomes{TrialOutcome::Passed,    TrialOutcome::Lost,     TrialOutcome::Silent,
                                             TrialOutcome::NoWitness, TrialOutcome::NoEffect, TrialOutcome::Failed};

/// "passed", "lost", "silent", "no-witness", "no-effect", "failed".
std::string_view toText(TrialOutcome outcome);

/// One arm of a trial at one place: client ports that asked, and those that got an answer.
struct TrialArm
{
    std::uint32_t asked = 0;
    std::uint32_t answered = 0;
    std::optional<double> p50; ///< milliseconds; empty without an answer
    std::optional<double> p99; ///< milliseconds

    bool operator==(const TrialArm&) const = default;
};

/// What one place got from one service.
struct TrialRow
{
    std::string from;    ///< "node", or the network namespace of a pod
    std::string service; ///< "10.96.0.10:53/udp", "[fd00::a]:53/tcp"
    TrialArm tracked;
    TrialArm untracked;
    std::uint32_t lost = 0; ///< ports that were answered tracked and never untracked
    std::string note;       ///< why the place has no vote, or what was seen instead of answers

    bool operator==(const TrialRow&) const = default;
};

/// "pod-a: tracked 8 of 8, untracked 0 of 8 (10.96.0.10:53/udp)".
std::string toText(const TrialRow& row);

/// The profile's rules, tried with packets of our own.
struct TrialReport
{
    TrialOutcome outcome = TrialOutcome::NoWitness;
    std::string at;            ///< RFC 3339, UTC
    std::string why;           ///< one sentence; empty where it passed
    std::uint32_t places = 0;  ///< that have a vote and were answered untracked
    std::uint32_t packets = 0; ///< that were sent
    std::uint32_t left = 0;    ///< places and services that take their turn in a later trial
    std::vector<TrialRow> rows;

    bool operator==(const TrialReport&) const = default;
};

/// Who showed that DNS works with the rules that stand.
enum class Proof {
    Trial,  ///< packets of our own, tried before any real query was touched
    Probe,  ///< the queries before and after the change
    Waived, ///< the profile waives it
    None,   ///< the profile asks for no proof (`probe: false`)
};

inline constexpr std::array allProofs{Proof::Trial, Proof::Probe, Proof::Waived, Proof::None};

/// "trial", "probe", "waived", "none".
std::string_view toText(Proof proof);

/// The verdict on the rules that stand.
struct Verified
{
    Proof by = Proof::None;
    std::string at;           ///< RFC 3339, UTC
    std::uint32_t places = 0; ///< pods, and under scope any the node, that were answered

    bool operator==(const Verified&) const = default;
};

/// What connection tracking lost in a time.
struct LossesOver
{
    std::uint64_t seconds = 0;
    std::uint64_t insertFailed = 0;
    std::uint64_t drop = 0;

    bool operator==(const LossesOver&) const = default;
};

/// What a census counted, as much of it as rules change.
struct EntriesCounted
{
    std::string at; ///< RFC 3339, UTC
    std::uint64_t entries = 0;
    std::uint64_t dns = 0;
    std::uint64_t tunnel = 0;

    bool operator==(const EntriesCounted&) const = default;
};

/// What became of that when the rules came.
struct Effect
{
    LossesOver before;                           ///< without rules of ours
    LossesOver since;                            ///< with them
    std::optional<LossesOver> lately;            ///< of that, the last hour at most; nothing where the rules are young or no timer runs
    std::uint64_t packets = 0;                   ///< that those for DNS have counted
    std::optional<EntriesCounted> countedBefore; ///< by the last census without rules of ours; nothing where none was taken
    std::optional<EntriesCounted> countedSince;  ///< by the last one with them

    bool operator==(const Effect&) const = default;
};

/// Everything that one run of a command found and did on one node: the contract between node and desktop.
struct Report
{
    std::string node;
    std::string time;          ///< RFC 3339, UTC
    std::string version;       ///< of the program that wrote it
    std::string command;       ///< "apply", "remove", "status", "doctor", "probe"
    std::string backend;       ///< "iptables", "nftables", or empty when none was chosen
    std::string backendReason; ///< why that backend, one sentence
    std::string profileName;
    std::string profileDigest;
    std::string profileOverride; ///< globs of the override that was used for this node; empty for none
    NodeState state = NodeState::Absent;
    bool changed = false;
    bool rolledBack = false;          ///< the change was taken back after the second probe
    std::optional<Verified> verified; ///< empty: nobody has shown yet that DNS works with what stands
    std::string waitsFor;             ///< one sentence on what an unattended run leaves to the next one; empty when nothing
    std::string retired;              ///< since when this node is left alone, RFC 3339; empty where it is not
    std::vector<std::string> notes;   ///< what a person should know beside state and findings, a sentence each
    std::vector<FamilyReport> families;
    std::string diff; ///< unified, iptables-save syntax: from what was found to what the profile asks for; empty when in sync
    std::vector<Finding> findings;
    std::optional<ConntrackFigures> conntrack;
    std::vector<VirtualService> virtualServices;
    std::optional<ProbeReport> probe;
    std::optional<TrialReport> trial;  ///< the last one on this node in this boot
    std::optional<Effect> effect;      ///< of `status`, where the rules stand and it is known how it was before
    std::optional<PodView> pod;        ///< of `why`, whose report is about one pod
    std::optional<Census> census;      ///< of a doctor that was asked for it
    std::optional<LossFigures> losses; ///< of a doctor only, as are the causes
    std::vector<Cause> causes;         ///< why DNS is lost here, the worst first
    std::vector<Timing> timings;
    std::optional<Error> error;

    bool operator==(const Report&) const = default;
};

} // namespace notrack
