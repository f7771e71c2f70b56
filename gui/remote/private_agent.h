#pragma once

#include <QProcess>
#include <QTemporaryDir>

namespace notrack::gui
{

/// An ssh-agent for one run of the viewer, where the person has none: a key that a person unlocks once lets all its nodes in. Ends, and forgets
/// the keys, with this object or with the viewer, however that ends.
class PrivateAgent
{
public:
    PrivateAgent();
    ~PrivateAgent();
    PrivateAgent(const PrivateAgent&) = delete;
    PrivateAgent& operator=(const PrivateAgent&) = delete;

    /// The socket's path; empty where the person has an agent, or none can be started.
    QString socketPath() const;

private:
    QTemporaryDir m_directory;
    QProcess m_process;
};

} // namespace notrack::gui
