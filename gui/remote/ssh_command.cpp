#include "gui/remote/ssh_command.h"

#include <QProcess>

#include <algorithm>
#include <cstdlib>

namespace notrack::gui
{

namespace
{

QString settingFor(const NodeEntry& node, const QHash<QString, QString>& byGroup, const QString& otherwise)
{
    for (const QString& group : node.groups) {
        const auto setting = byGroup.constFind(group);
        if (setting != byGroup.constEnd() && !setting->isEmpty()) {
            return *setting;
        }
    }
    return otherwise;
}

/// Always the same words, so that one exact line in sudoers allows them.
QStringList statusArguments(const ConnectionSettings& settings)
{
    return {QStringLiteral("status"), QStringLiteral("--watch"), QString::number(settings.interval), QStringLiteral("--output"),
            QStringLiteral("json")};
}

Command localCommand(const NodeEntry& node, const ConnectionSettings& settings, const QStringList& runnerArguments)
{
    QStringList words = QProcess::splitCommand(runnerFor(node, settings));
    Command command;
    command.program = words.isEmpty() ? settings.runner : words.takeFirst();
    command.arguments = words + runnerArguments;
    return command;
}

/// What the person's settings say.
QStringList personsWay(const NodeEntry& node, const ConnectionSettings& settings)
{
    return settings.sshArguments + QProcess::splitCommand(settingFor(node, settings.sshArgumentsByGroup, {}));
}

/// What the inventory says.
QStringList inventorysWay(const NodeEntry& node)
{
    QStringList arguments;
    if (node.port != 0) {
        arguments << QStringLiteral("-p") << QString::number(node.port);
    }
    if (!node.user.isEmpty()) {
        arguments << QStringLiteral("-l") << node.user;
    }
    if (!node.identityFile.isEmpty()) {
        arguments << QStringLiteral("-i") << node.identityFile;
    }
    return arguments + node.commonArguments + node.extraArguments;
}

/// Ours, after the person's: a node is not trusted with the agent or the display, and host keys are never accepted unasked.
QStringList ownOptions(const ConnectionSettings& settings, Interaction interaction)
{
    const bool batch = interaction == Interaction::Batch;
    QStringList options{
        batch ? QStringLiteral("BatchMode=yes") : QStringLiteral("BatchMode=no"),
        batch ? QStringLiteral("StrictHostKeyChecking=yes") : QStringLiteral("StrictHostKeyChecking=ask"),
        QStringLiteral("ConnectTimeout=15"),
        QStringLiteral("ServerAliveInterval=10"),
        QStringLiteral("ServerAliveCountMax=3"),
        QStringLiteral("ControlMaster=no"),
        QStringLiteral("ForwardAgent=no"),
        QStringLiteral("ForwardX11=no"),
        QStringLiteral("ClearAllForwardings=yes"),
        QStringLiteral("PermitLocalCommand=no"),
        QStringLiteral("RemoteCommand=none"),
    };
    if (!batch && !settings.agentSocket.isEmpty()) {
        options << QStringLiteral("AddKeysToAgent=yes"); // the agent is ours: the next node with this key has nothing to ask
    }
    QStringList arguments{QStringLiteral("-T")};
    for (const QString& option : options) {
        arguments << QStringLiteral("-o") << option;
    }
    return arguments;
}

/// Who answers when ssh asks: the viewer, or in batch nobody. Batch needs it as well, since the ssh that makes the connection to a
/// jump host does not get our options, and would wait for an answer on the terminal the viewer was started from.
std::vector<std::pair<QString, QString>> askpassEnvironment(const NodeEntry& node, const ConnectionSettings& settings,
                                                            Interaction interaction)
{
    std::vector<std::pair<QString, QString>> environment{{QStringLiteral("SSH_ASKPASS_REQUIRE"), QStringLiteral("force")}};
    if (!settings.agentSocket.isEmpty()) {
        environment.emplace_back(QStringLiteral("SSH_AUTH_SOCK"), settings.agentSocket);
    }
    switch (interaction) {
    case Interaction::Batch:
        environment.emplace_back(QStringLiteral("SSH_ASKPASS"), QStringLiteral("/bin/false"));
        break;
    case Interaction::Interactive:
        environment.emplace_back(QStringLiteral("SSH_ASKPASS"), settings.askpassProgram);
        environment.emplace_back(QStringLiteral("NOTRACK_VIEWER_ASKPASS"), settings.askpassSocket);
        environment.emplace_back(QStringLiteral("NOTRACK_VIEWER_NODE"), node.name);
        break;
    }
    return environment;
}

} // namespace

int nearestInterval(int seconds)
{
    return *std::min_element(intervals.begin(), intervals.end(),
                             [seconds](int left, int right) { return std::abs(left - seconds) < std::abs(right - seconds); });
}

QStringList waysToNode(const NodeEntry& node, const ConnectionSettings& settings)
{
    return personsWay(node, settings) + inventorysWay(node);
}

QString runnerFor(const NodeEntry& node, const ConnectionSettings& settings)
{
    return settingFor(node, settings.runnerByGroup, settings.runner);
}

Command buildCommand(const NodeEntry& node, const ConnectionSettings& settings, Interaction interaction)
{
    return buildRunnerCommand(node, settings, interaction, statusArguments(settings));
}

Command buildRunnerCommand(const NodeEntry& node, const ConnectionSettings& settings, Interaction interaction, const QStringList& words)
{
    if (node.local) {
        return localCommand(node, settings, words);
    }
    Command command;
    command.program = settings.sshProgram;
    command.arguments = personsWay(node, settings) + ownOptions(settings, interaction) + inventorysWay(node);
    const QString runner = runnerFor(node, settings);
    command.arguments << QStringLiteral("--") << node.host << runner + QLatin1Char(' ') + words.join(QLatin1Char(' '));
    command.environment = askpassEnvironment(node, settings, interaction);
    return command;
}

} // namespace notrack::gui
