#pragma once

#include "core/findings/node_facts.h"
#include "core/profile/profile.h"
#include "core/report/report.h"
#include "core/run/probe.h"
#include "core/run/table_store.h"

#include <chrono>
#include <string>
#include <vector>

namespace notrack
{

/// The doors to one node. `other` is the store of the backend that is not in use, or nullptr where the node has none: what we
/// once put there has to go.
struct Node
{
    std::string name;
    TableStore& store;
    TableStore* other = nullptr;
    NodeInspector& inspector;
    Prober& prober;
};

/// Whether a command may write.
enum class Mode { Check, Write };

struct OperationOptions
{
    Mode mode = Mode::Write;
    std::chrono::milliseconds wait{5000}; ///< for the store's lock
};

/// Makes the node hold the profile's rules, step by step as design.md has it: compare; judge the node and refuse if its DNS
/// would break; probe; commit under the lock; probe again and take the change back if a place lost its answers.
Report applyProfile(const Profile& profile, Node& node, const OperationOptions& options);

/// Takes everything of ours away from the node, whatever profile it came from; `chainPrefix` names the chains beside those that
/// are known by their shape.
Report removeRules(const std::string& chainPrefix, Node& node, const OperationOptions& options);

/// Compares the node with the profile; writes nothing. With the findings of an earlier report the node is not judged again,
/// which would cost a listing of all its nat and filter rules.
Report readStatus(const Profile& profile, Node& node, const std::vector<Finding>* earlier = nullptr);

/// The exit codes that other programs rely on.
enum class ExitCode {
    Done = 0,
    Failed = 1,
    Differs = 2,
    Refused = 3,
    RolledBack = 4,
    Usage = 64,
    BadProfile = 65,
    NoBackend = 69,
    Busy = 75,
    NotPermitted = 77,
};

/// The exit code for a kind of failure.
ExitCode exitCodeOf(ErrorKind kind);

/// The exit code for what a run of apply, remove or status ended with.
ExitCode exitCodeOf(const Report& report, Mode mode);

} // namespace notrack
