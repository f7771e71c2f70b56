#pragma once

#include "gui/remote/channel.h"

#include <QTimer>

#include <string_view>

namespace notrack::gui
{

/// How a call of the runner ended.
struct CallOutcome
{
    QByteArray output;
    int exitCode = 0; ///< of the runner or of what stood in its place; meaningless with `failure`
    QString failure; ///< one sentence, made safe for display: why there is no output to be had; of an exit code other than 0, what it means
    bool refused = false; ///< sudo stood in the way
    bool missing = false; ///< this machine has no such program
};

/// One run of the runner on one node, for what it prints. Holds at most `mostBytes` of output; more than that is a failure, as is an end that does
/// not come within five minutes, in which a person may have to answer ssh.
class RunnerCall : public QObject
{
    Q_OBJECT

public:
    RunnerCall(const ChannelFactory& makeChannel, qsizetype mostBytes, QObject* parent);
    /// What still runs is ended.
    ~RunnerCall() override;

    void start(const Command& command);

signals:
    /// Once.
    void finished(const notrack::gui::CallOutcome& outcome);

private:
    void readOutput(const QByteArray& bytes);
    void handleEnd(const ChannelEnd& end);
    void giveUp(const QString& failure);

    Channel* m_channel;
    qsizetype m_mostBytes;
    QByteArray m_output;
    QByteArray m_lastWords;
    QTimer m_limit;
};

/// The JSON document in what the runner printed, without what a login shell prints before it.
std::string_view documentIn(const QByteArray& output);

} // namespace notrack::gui
