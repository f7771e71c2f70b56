#include "gui/remote/private_agent.h"

#include <sys/prctl.h>

#include <csignal>

namespace notrack::gui
{

PrivateAgent::PrivateAgent()
{
    constexpr int patience = 1000;
    if (!qEnvironmentVariableIsEmpty("SSH_AUTH_SOCK") || !m_directory.isValid()) {
        return;
    }
    m_process.setChildProcessModifier([] { prctl(PR_SET_PDEATHSIG, SIGTERM); });
    m_process.setStandardOutputFile(QProcess::nullDevice());
    m_process.setStandardErrorFile(QProcess::nullDevice());
    m_process.start(QStringLiteral("ssh-agent"),
                    {QStringLiteral("-D"), QStringLiteral("-a"), m_directory.filePath(QStringLiteral("agent"))});
    m_process.waitForStarted(patience);
}

PrivateAgent::~PrivateAgent()
{
    constexpr int patience = 1000;
    if (m_process.state() != QProcess::NotRunning) {
        m_process.terminate();
        m_process.waitForFinished(patience);
    }
}

QString PrivateAgent::socketPath() const
{
    return m_process.state() == QProcess::NotRunning ? QString() : m_directory.filePath(QStringLiteral("agent"));
}

} // namespace notrack::gui
