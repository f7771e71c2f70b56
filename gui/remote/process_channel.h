#pragma once

#include "gui/remote/channel.h"

#include <QProcess>

namespace notrack::gui
{

/// A channel that is a child process. Its descriptors count: raiseDescriptorLimit() first.
class ProcessChannel : public Channel
{
    Q_OBJECT

public:
    explicit ProcessChannel(QObject* parent);
    ~ProcessChannel() override;

    void start(const Command& command) override;
    void retire() override;

private:
    void handleError(QProcess::ProcessError error);
    void handleFinish(int exitCode, QProcess::ExitStatus status);

    QProcess m_process;
    bool m_retired = false;
};

/// Makes channels of child processes.
ChannelFactory processChannels();

/// Raises the soft limit of open files to the hard one: a child costs four descriptors, the usual limit of 1,024 ends at 200.
void raiseDescriptorLimit();

} // namespace notrack::gui
