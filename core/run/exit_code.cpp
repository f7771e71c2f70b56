#include "core/run/operation.h"

namespace notrack
{

namespace
{

ExitCode codeOfKind(ErrorKind kind)
{
    switch (kind) {
    case ErrorKind::Failed:
        return ExitCode::Failed;
    case ErrorKind::Usage:
        return ExitCode::Usage;
    case ErrorKind::BadProfile:
        return ExitCode::BadProfile;
    case ErrorKind::NoBackend:
        return ExitCode::NoBackend;
    case ErrorKind::Busy:
    case ErrorKind::Conflict:
        return ExitCode::Busy;
    case ErrorKind::NotPermitted:
        return ExitCode::NotPermitted;
    }
    return ExitCode::Failed;
}

} // namespace

ExitCode exitCodeOf(const Error& error)
{
    return error.code == rollbackFailed ? ExitCode::NotRolledBack : codeOfKind(error.kind);
}

ExitCode exitCodeOf(const Report& report, Intent intent, Mode mode)
{
    if (report.error) {
        const ExitCode code = exitCodeOf(*report.error);
        const bool passes = intent == Intent::Reconcile && code == ExitCode::Busy; // the next run may find it free
        return passes ? ExitCode::Done : code;
    }
    if (intent == Intent::Trial && report.trial) {
        const TrialOutcome outcome = report.trial->outcome;
        return outcome == TrialOutcome::Passed ? ExitCode::Done : outcome == TrialOutcome::Lost ? ExitCode::Refused : ExitCode::Failed;
    }
    if (report.rolledBack)
        return ExitCode::RolledBack;
    if (intent == Intent::Reconcile || intent == Intent::EndRetirement)
        return ExitCode::Done;
    if (report.state == NodeState::Unsafe)
        return intent == Intent::Apply || intent == Intent::Trial ? ExitCode::Refused : ExitCode::Differs;
    if ((mode == Mode::Check || intent == Intent::Status) && report.state != NodeState::InSync)
        return ExitCode::Differs;
    return ExitCode::Done;
}

} // namespace notrack
