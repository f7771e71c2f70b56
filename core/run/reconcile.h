#pragma once

#include "core/run/operation.h"

#include <string>

namespace notrack
{

struct ReconcileOptions
{
    std::chrono::milliseconds wait{5000}; ///< for the store's lock
    std::string rolledBackDigest;         ///< of a profile that was taken back lately and is not to be tried again yet; may be empty
};

/// What an unattended run did, and what it leaves to the next one.
struct Reconciliation
{
    Report report;
    std::string waitsFor; ///< one sentence on what is not ready yet; empty when nothing is
};

/// Brings the node closer to the profile as a timer does it, again and again: applies where that is safe, takes our rules away
/// where it no longer is, and otherwise waits for the next time.
Reconciliation reconcile(const Profile& profile, Node& node, const ReconcileOptions& options);

/// Waiting is no failure; a change that was rolled back is one, once.
ExitCode exitCodeOf(const Reconciliation& reconciliation);

} // namespace notrack
