#include "gui/remote/process_channel.h"

#include <sys/resource.h>

#include <QProcessEnvironment>
#include <QTimer>

#include <algorithm>
#include <utility>

namespace notrack::gui
{

namespace
{

constexpr int graceMilliseconds = 1500;
constexpr rlim_t enoughDescriptors = 65'536;

} // namespace

ProcessChannel::ProcessChannel(std::shared_ptr<ProcessStarter> starter, QObject* parent) : Channel(parent), m_starter(std::move(starter))
{
    connect(&m_process, &QProcess::readyReadStandardOutput, this, [this] {
        const QByteArray bytes = m_process.readAllStandardOutput();
        if (!m_retired) {
            emit output(bytes);
        }
    });
    connect(&m_process, &QProcess::readyReadStandardError, this, [this] {
        const QByteArray bytes = m_process.readAllStandardError();
        if (!m_retired) {
            emit diagnostics(bytes);
        }
    });
    connect(&m_process, &QProcess::errorOccurred, this, &ProcessChannel::handleError);
    connect(&m_process, &QProcess::finished, this, &ProcessChannel::handleFinish);
}

ProcessChannel::~ProcessChannel()
{
    if (m_starting) {
        m_starter->wait();
    }
    m_process.disconnect(this);
    if (m_process.state() != QProcess::NotRunning) {
        m_process.kill();
        m_process.waitForFinished(graceMilliseconds);
    }
}

void ProcessChannel::start(const Command& command)
{
    if (!command.environment.empty()) {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        for (const auto& [name, value] : command.environment) {
            environment.insert(name, value);
        }
        m_process.setProcessEnvironment(environment);
    }
    m_process.setProgram(command.program);
    m_process.setArguments(command.arguments);
    m_starting = true;
    m_starter->start(&m_process, [this] { handleStart(); });
}

void ProcessChannel::handleStart()
{
    m_starting = false;
    if (m_retired) {
        retire();
    }
}

void ProcessChannel::retire()
{
    m_retired = true;
    if (m_starting) {
        return; // handleStart() comes back to it
    }
    if (m_process.state() == QProcess::NotRunning) {
        deleteLater();
        return;
    }
    m_process.closeWriteChannel();
    QTimer::singleShot(graceMilliseconds, &m_process, &QProcess::terminate);
    QTimer::singleShot(2 * graceMilliseconds, &m_process, &QProcess::kill);
}

void ProcessChannel::handleError(QProcess::ProcessError error)
{
    if (error != QProcess::FailedToStart) {
        return;
    }
    if (m_retired) {
        deleteLater();
        return;
    }
    emit finished({-1, tr("%1 could not be started: %2").arg(m_process.program(), m_process.errorString()), true});
}

void ProcessChannel::handleFinish(int exitCode, QProcess::ExitStatus status)
{
    if (m_retired) {
        deleteLater();
        return;
    }
    emit finished({exitCode, status == QProcess::CrashExit ? tr("%1 was ended by a signal").arg(m_process.program()) : QString(), false});
}

ChannelFactory processChannels()
{
    return [starter = std::make_shared<ProcessStarter>()](QObject* parent) { return new ProcessChannel(starter, parent); };
}

void raiseDescriptorLimit()
{
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = std::max(limit.rlim_cur, std::min(limit.rlim_max, enoughDescriptors));
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

} // namespace notrack::gui
