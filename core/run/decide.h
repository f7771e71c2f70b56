#pragma once

#include <string_view>

namespace notrack
{

/// What a command is for. Reconcile is an unattended apply; Trial asks what an apply would ask, and leaves the tables as they were. Retire takes
/// everything of ours out for as long as nobody applies by hand or ends it.
enum class Intent { Apply, Reconcile, Remove, Status, Trial, Retire, EndRetirement };

/// The command that a report names.
std::string_view commandOf(Intent intent);

/// Whether a command may write.
enum class Mode { Check, Write };

/// How the tables of both backends stand to what is wanted of them.
enum class Standing {
    InSync,  ///< they hold it
    Drifted, ///< they hold something else of ours
    Absent,  ///< they hold nothing of ours
};

/// What the findings say.
enum class Judgement {
    Safe,
    Doubtful, ///< fatal findings, all of which packets of our own decide, and there is somebody to send them
    Unsafe,   ///< a fatal finding that is not waived
    Unknown,  ///< what could not be read may hide one
};

/// All that decides what happens next.
struct Observation
{
    Standing standing = Standing::InSync;
    Judgement judgement = Judgement::Safe;
    bool pending = false;       ///< a change of a run that was ended has no verdict
    bool verified = false;      ///< a verdict for this very profile stands, or the profile asks for none
    bool waits = false;         ///< an unattended run shall not write yet
    bool refreshDue = false;    ///< the verdict was shown to hold a while ago
    bool unreadForLong = false; ///< with Unknown: the last verdict has held long enough
};

/// The steps that a run takes after it has looked.
enum class Action {
    Nothing,      ///< all is as it shall be
    Tell,         ///< say how things stand
    JudgePending, ///< ask whether DNS works with what an earlier run left, and take it back if not; then look again
    Refuse,       ///< change nothing, and say why
    Wait,         ///< leave it to the next run, and say for what
    Write,        ///< make the tables hold what is wanted, and verify it
    Withdraw,     ///< take everything of ours out
    Try,          ///< hold the profile's rules against tracked DNS, narrowed to ports of our own
    Refresh,      ///< a few queries: does DNS still work with the rules that stand; if not, verify
    Verify,       ///< ask whether DNS works with the rules that stand, and take them back if not
};

/// Pure: the same for the same arguments.
Action decide(Intent intent, Mode mode, const Observation& seen);

} // namespace notrack
