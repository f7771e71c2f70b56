#pragma once

#include "core/report/report.h"
#include "core/run/decide.h"
#include "core/run/node.h"
#include "core/run/observe.h"
#include "core/run/verdict.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace notrack
{

/// What a command asks of the node.
struct Request
{
    Intent intent = Intent::Apply;
    Mode mode = Mode::Write;
    std::optional<Profile> profile;                ///< only Remove works without one
    std::chrono::milliseconds wait{5000};          ///< for the run lock and the store's lock, each
    std::chrono::seconds spread{0};                ///< for Reconcile: over this time nodes take turns with a profile that is new to them
    std::string delivery{hostDelivery};            ///< who runs this on the node: one delivery at a time keeps its rules
    std::uint32_t trials = 1;                      ///< for Trial: how many are made, one after the other
    DiffText diff = DiffText::Made;                ///< for those who show it
    const std::vector<Finding>* earlier = nullptr; ///< for Status: findings that need not be judged again
};

/// Every command walks the same way: observe, decide, change, verify, report.
/// - Apply makes the node hold the profile's rules, unless its DNS would break; it asks before and after, and takes the change back if a
///   place lost its answers. Reconcile is the same as a timer does it: it takes our rules away where they became unsafe, and waits where
///   nothing can be done yet.
/// - Remove takes everything of ours away: chains by the profile's prefix and by those that earlier applies wrote down.
/// - Trial makes the trial of an apply, and leaves the tables as they were.
/// - Status compares and judges, and writes nothing.
/// - Retire takes everything of ours away and shows that tracked DNS answers; Reconcile then does nothing, until an Apply or EndRetirement.
/// From the first write on nothing but a kill ends a run without a verdict; after a kill the next run judges first.
Report run(const Request& request, Node& node);

/// The exit codes that other programs rely on.
enum class ExitCode {
    Done = 0,
    Failed = 1,
    Differs = 2,
    Refused = 3,
    RolledBack = 4,
    NotRolledBack = 5, ///< a change could not be taken back: DNS may be down
    Usage = 64,
    BadProfile = 65,
    NoBackend = 69,
    Busy = 75,
    NotPermitted = 77,
};

/// The exit code for a failure.
ExitCode exitCodeOf(const Error& error);

/// The exit code for what a run ended with. An unattended run that waits is Done.
ExitCode exitCodeOf(const Report& report, Intent intent, Mode mode);

} // namespace notrack
