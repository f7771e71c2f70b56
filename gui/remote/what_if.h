#pragma once

#include "gui/remote/channel.h"
#include "gui/remote/node_entry.h"
#include "gui/remote/runner_call.h"
#include "gui/remote/start_queue.h"

#include "core/report/report.h"

#include <map>
#include <memory>
#include <vector>

namespace notrack::gui
{

/// What a profile would do to a captured node.
struct WhatIfAnswer
{
    QString node;
    QString path; ///< of the capture
    bool known = false;
    std::shared_ptr<const Report> report; ///< of `apply --check`; null where `problem` says why not
    QString problem;
};

/// Holds a profile against captures with this machine's own runner, `apply --check --capture`, two at a time: judging a capture is the runner's.
class WhatIf : public QObject
{
    Q_OBJECT

public:
    /// Asks at once; `nodes` are captures. `program` and `profile` are absolute paths.
    WhatIf(ChannelFactory makeChannel, QString program, QString profile, const std::vector<NodeEntry>& nodes, QObject* parent);
    ~WhatIf() override;

    const std::vector<WhatIfAnswer>& answers() const { return m_answers; }
    /// Why nothing more will come, once for all captures: this machine has no runner.
    const QString& fault() const { return m_fault; }

signals:
    void changed();

private:
    void start(const QString& path);
    void take(const QString& path, const CallOutcome& outcome);

    ChannelFactory m_makeChannel;
    QString m_program;
    QString m_profile;
    std::vector<WhatIfAnswer> m_answers;
    std::map<QString, std::unique_ptr<RunnerCall>> m_calls; ///< by the capture's path
    StartQueue m_turns;
    QString m_fault;
};

/// Where this machine has the runner: in PATH, in the folders of system programs, else where `runner`, a command, says; empty where it has none.
QString runnerOfThisMachine(const QString& runner);

} // namespace notrack::gui
