#include "core/run/reconcile.h"

#include "core/findings/findings.h"

#include <utility>

namespace notrack
{

namespace
{

/// A failure that the next run may not meet again.
bool passes(const std::optional<Error>& error)
{
    return error && (error->kind == ErrorKind::Busy || error->kind == ErrorKind::Conflict);
}

std::string reasonsAgainst(const std::vector<Finding>& findings)
{
    std::string reasons;
    for (const Finding& finding : findings) {
        if (finding.severity == Severity::Fatal && !finding.waived)
            reasons += (reasons.empty() ? "" : "; ") + finding.id + ": " + finding.summary;
    }
    return reasons;
}

/// Unattended runs are runs of apply, whatever they came to.
Reconciliation conclude(Report report, std::string waitsFor = {})
{
    report.command = "apply";
    if (waitsFor.empty() && passes(report.error))
        waitsFor = toText(*report.error);
    return {.report = std::move(report), .waitsFor = std::move(waitsFor)};
}

/// Rules that would cut off DNS have to go; where none is there, this is what waiting for IPVS looks like.
Reconciliation withdraw(const Profile& profile, Node& node, const ReconcileOptions& options, const Report& status)
{
    Report removal = removeRules(profile.chainPrefix, node, {.mode = Mode::Write, .wait = options.wait});
    Report report = removal.changed ? readStatus(profile, node, &status.findings) : status;
    report.changed = removal.changed;
    report.diff = std::move(removal.diff);
    report.error = std::move(removal.error);
    report.conntrack = status.conntrack;
    report.virtualServices = status.virtualServices;
    return conclude(std::move(report), reasonsAgainst(status.findings));
}

} // namespace

Reconciliation reconcile(const Profile& profile, Node& node, const ReconcileOptions& options)
{
    const Report status = readStatus(profile, node);
    if (status.error || status.state == NodeState::InSync)
        return conclude(status);
    if (forbidsApply(status.findings))
        return withdraw(profile, node, options, status);
    if (status.profileDigest == options.rolledBackDigest)
        return conclude(status, "this profile was rolled back a short time ago");
    return conclude(applyProfile(profile, node, {.mode = Mode::Write, .wait = options.wait}));
}

ExitCode exitCodeOf(const Reconciliation& reconciliation)
{
    const Report& report = reconciliation.report;
    if (report.error && !passes(report.error))
        return exitCodeOf(report.error->kind);
    return report.rolledBack ? ExitCode::RolledBack : ExitCode::Done;
}

} // namespace notrack
