#pragma once

#include "gui/remote/channel.h"

#include <QString>

namespace notrack::gui
{

/// Where the connection to a node stands.
enum class LinkPhase {
    Paused,     ///< the person asked for it
    Queued,     ///< waits for its turn to start
    Connecting, ///< started; no report yet
    Live,       ///< reports come
    Waiting,    ///< failed; tries again at `retryAt`
    NeedsPerson ///< only a question to the person gets further
};

/// What stands in the way, as far as it matters to what is shown and done.
enum class LinkProblem {
    None,
    Unreachable,    ///< no connection
    Authentication, ///< ssh needs a password, a passphrase or a host key accepted
    HostKeyChanged, ///< the known host key does not match: only the person can tell why
    Runner,         ///< connected, but the runner failed
    BadReport,      ///< what came is no report that can be trusted
    Renamed,        ///< it bears another name than before: a person may accept that
    Desk,           ///< this machine cannot start ssh: no fault of the node
};

struct LinkState
{
    LinkPhase phase = LinkPhase::Paused;
    LinkProblem problem = LinkProblem::None;
    QString reason;     ///< one sentence, made safe for display
    qint64 retryAt = 0; ///< steadyNow() of the next attempt, in phase Waiting
    int exitCode = 0;   ///< of the runner, or of what stood in its place, with problem Runner

    bool operator==(const LinkState&) const = default;
};

/// `text` on one line without control and direction-changing characters, cut to `longest` characters: fit to be shown.
QString safeLine(const QString& text, int longest = 300);

/// What the end of a channel means, by the exit code and the last words of ssh or the runner.
LinkState judgeEnd(const ChannelEnd& end, const QString& lastWords, bool reported);

} // namespace notrack::gui
