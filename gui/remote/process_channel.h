#pragma once

#include "gui/remote/channel.h"
#include "gui/remote/process_starter.h"

#include <memory>

namespace notrack::gui
{

/// A channel that is a child process. Its descriptors count: raiseDescriptorLimit() first.
class ProcessChannel : public Channel
{
    Q_OBJECT

public:
    ProcessChannel(std::shared_ptr<ProcessStarter> starter, QObject* parent);
    ~ProcessChannel() override;

    void start(const Command& command) override;
    void retire() override;

private:
    void handleStart();
    void handleError(QProcess::ProcessError error);
    void handleFinish(int exitCode, QProcess::ExitStatus status);

    std::shared_ptr<ProcessStarter> m_starter;
    QProcess m_process;
    bool m_starting = false; ///< m_process is in the starter's hands
    bool m_retired = false;
};

/// Makes channels of child processes.
ChannelFactory processChannels();

/// Raises the soft limit of open files to the hard one: a child costs four descriptors, the usual limit of 1,024 ends at 200.
void raiseDescriptorLimit();

} // namespace notrack::gui
