#include "gui/command_line.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QProcess>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace notrack::gui
{

namespace
{

constexpr int usageExitCode = 64;

QString translate(const char* text)
{
    return QCoreApplication::translate("CommandLine", text);
}

[[noreturn]] void refuse(const QString& problem)
{
    std::fprintf(stderr, "dns-notrack-viewer: %s\n", qPrintable(problem));
    std::exit(usageExitCode);
}

void addOptions(QCommandLineParser& parser)
{
    parser.setApplicationDescription(translate("Shows the DNS NOTRACK rules of every node, read over ssh. It never changes a node.\n"
                                               "Without sources it shows the nodes of the last time."));
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addPositionalArgument(QStringLiteral("node"), translate("Nodes to watch: host, user@host:port, or \"local\"."),
                                 QStringLiteral("[node...]"));
    parser.addOption(
        {QStringLiteral("inventory"), translate("Ansible inventory, or a file with a host a line; may be repeated."), translate("path")});
    parser.addOption({QStringLiteral("ssh-config"), translate("Watch the hosts of ~/.ssh/config.")});
    parser.addOption({QStringLiteral("interval"), translate("Seconds between two reports of a node."), translate("seconds")});
    parser.addOption({QStringLiteral("runner"), translate("Command of the runner on the nodes."), translate("command")});
    parser.addOption({QStringLiteral("ssh-arguments"), translate("Arguments for ssh, before the viewer's own."), translate("arguments")});
    parser.addOption({QStringLiteral("appearance"), translate("system, light or dark."), translate("name")});
}

void readConnection(const QCommandLineParser& parser, ConnectionSettings& connection)
{
    if (parser.isSet(QStringLiteral("interval"))) {
        connection.interval = parser.value(QStringLiteral("interval")).toInt();
        if (connection.interval < 1 || connection.interval > 3600) {
            refuse(translate("--interval takes a number from 1 to 3600"));
        }
    }
    if (parser.isSet(QStringLiteral("runner"))) {
        connection.runner = parser.value(QStringLiteral("runner"));
    }
    if (parser.isSet(QStringLiteral("ssh-arguments"))) {
        connection.sshArguments = QProcess::splitCommand(parser.value(QStringLiteral("ssh-arguments")));
    }
}

void readSources(const QCommandLineParser& parser, NodeSources& sources)
{
    const QStringList paths = parser.values(QStringLiteral("inventory"));
    for (const QString& path : paths) {
        sources.inventories.append(QFileInfo(path).absoluteFilePath());
    }
    if (parser.isSet(QStringLiteral("ssh-config"))) {
        sources.sshConfigs.append(QDir::homePath() + QStringLiteral("/.ssh/config"));
    }
    sources.nodes = parser.positionalArguments();
    for (const QString& node : std::as_const(sources.nodes)) {
        QString problem;
        if (!readNodeArgument(node, problem)) {
            refuse(problem);
        }
    }
}

} // namespace

CommandLine readCommandLine(const QCoreApplication& application, Preferences remembered)
{
    QCommandLineParser parser;
    addOptions(parser);
    parser.process(application);
    CommandLine line{std::move(remembered), Remember::Sources};
    readConnection(parser, line.preferences.connection);
    NodeSources sources;
    readSources(parser, sources);
    if (!sources.empty()) {
        line.preferences.sources = sources;
        line.remember = Remember::NoSources;
    }
    if (parser.isSet(QStringLiteral("appearance"))) {
        const QStringList names{QStringLiteral("system"), QStringLiteral("light"), QStringLiteral("dark")};
        const auto index = names.indexOf(parser.value(QStringLiteral("appearance")));
        if (index < 0) {
            refuse(translate("--appearance takes system, light or dark"));
        }
        line.preferences.appearance = static_cast<Appearance>(index);
    }
    return line;
}

} // namespace notrack::gui
