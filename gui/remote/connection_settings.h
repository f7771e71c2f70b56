#pragma once

#include <QHash>
#include <QString>
#include <QStringList>

#include <array>

namespace notrack::gui
{

/// The intervals that can be chosen, in seconds: those that the packaged sudoers lets the runner be started with.
inline constexpr std::array intervals{1, 2, 5, 10, 30, 60, 300};

/// The one of `intervals` that is nearest to `seconds`.
int nearestInterval(int seconds);

/// How nodes are reached; everything a person may set about connections.
struct ConnectionSettings
{
    int interval = 5;                                         ///< seconds between two reports of a node; one of `intervals`
    QString runner = QStringLiteral("/usr/sbin/dns-notrack"); ///< absolute, so that no rc file decides; may begin with "sudo -n"
    QHash<QString, QString> runnerByGroup;                    ///< the first of a node's groups that is here wins over `runner`
    QString sshProgram = QStringLiteral("ssh");
    QStringList sshArguments; ///< go before our own, and ssh heeds the first value it gets: they win
    QHash<QString, QString> sshArgumentsByGroup;
    QString askpassProgram; ///< this program's own path
    QString agentSocket;    ///< of the agent of this run; empty where the person's own is used
    QString askpassSocket;  ///< where the running viewer listens for questions
    int startLimit = 16;    ///< connections being made at one time (sshd drops connections beyond MaxStartups, and each start costs time)
    int streamLimit = 256;  ///< more nodes than this are polled in turn instead of streamed
    int pollPool = 32;      ///< polls at one time

    bool operator==(const ConnectionSettings&) const = default;
};

} // namespace notrack::gui
