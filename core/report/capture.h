#pragma once

#include "core/base/error.h"
#include "core/findings/node_facts.h"
#include "core/net/backend.h"
#include "core/net/ip_set.h"
#include "core/net/nft_rules.h"
#include "core/net/tunnel_link.h"
#include "core/rules/table.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace notrack
{

inline constexpr std::string_view captureSchemaId = "dns-notrack/capture/v1";

/// A file as it was read. One that is not there is an empty text, as it is to every reader.
struct CapturedFile
{
    std::string path;
    std::string text;
    std::optional<Error> error; ///< why it could not be read

    bool operator==(const CapturedFile&) const = default;
};

struct CapturedFolder
{
    std::string path;
    std::vector<std::string> names;

    bool operator==(const CapturedFolder&) const = default;
};

/// What a program printed.
struct CapturedOutput
{
    std::vector<std::string> command;
    std::string text;
    std::optional<Error> error;

    bool operator==(const CapturedOutput&) const = default;
};

/// Whether the kernel has a part, or could have it.
struct CapturedModule
{
    std::string name;
    bool present = false;

    bool operator==(const CapturedModule&) const = default;
};

/// Network namespaces with all their addresses, whatever networks those are in.
struct CapturedPods
{
    std::vector<PodNamespace> found;
    std::vector<std::string> unread;

    bool operator==(const CapturedPods&) const = default;
};

/// One family of a backend: its raw table as the store read it.
struct CapturedTable
{
    Family family = Family::Ipv4;
    std::optional<Table> table;
    std::optional<Error> error;             ///< why there is no table
    std::optional<std::string> unavailable; ///< why this node cannot hold rules of the family

    bool operator==(const CapturedTable&) const = default;
};

struct CapturedBackend
{
    Backend backend = Backend::Iptables;
    std::optional<Error> error; ///< why this backend cannot be used on the node at all
    std::vector<CapturedTable> tables;

    bool operator==(const CapturedBackend&) const = default;
};

/// A table of nft's that findings are judged from, or would be: "inet firewalld".
struct CapturedNftables
{
    std::vector<std::string> tables;       ///< family and name
    std::optional<Error> unlisted;         ///< why they could not be listed
    std::optional<nf_tables::Rules> rules; ///< every table, decoded
    std::optional<Error> error;            ///< why not

    bool operator==(const CapturedNftables&) const = default;
};

/// The ipsets that something on the node names; none in captures of programs that did not read them.
struct CapturedIpSets
{
    std::vector<IpSet> found;
    std::optional<Error> error; ///< why they could not be read

    bool operator==(const CapturedIpSets&) const = default;
};

/// What earlier runs wrote down.
struct CapturedMemory
{
    std::vector<CapturedFile> texts; ///< by the names of core/run/run_memory.h
    bool locked = false;             ///< a run that may write was under way
    std::uint64_t sinceBoot = 0;     ///< seconds

    bool operator==(const CapturedMemory&) const = default;
};

/// Everything that judging one node reads, as it was read: what a command says of a node it says of its capture, word for word.
struct Capture
{
    std::string node;
    std::string time;    ///< RFC 3339, UTC
    std::string version; ///< of the program that wrote it
    bool redacted = false;
    Backend backend = Backend::Iptables; ///< in use
    std::string backendReason;           ///< why, one sentence
    std::vector<CapturedFile> profile;   ///< the files that the profile was read from
    std::vector<CapturedFile> files;
    std::vector<CapturedFolder> folders;
    std::vector<std::string> present; ///< paths that were looked for and found; others were not there
    std::vector<CapturedOutput> outputs;
    std::vector<CapturedModule> modules;
    CapturedPods pods;      ///< network namespaces that have a name
    CapturedPods witnesses; ///< those, and those of processes that could be seen
    std::vector<TunnelLink> tunnels;
    CapturedNftables nftables;
    CapturedIpSets ipSets;
    std::vector<CapturedBackend> backends;
    CapturedMemory memory;
    std::string report; ///< what `doctor` said, as core/report/report_codec.h writes it

    bool operator==(const Capture&) const = default;
};

} // namespace notrack
