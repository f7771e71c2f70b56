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

struct CommandLineText
{
    Q_DECLARE_TR_FUNCTIONS(CommandLine)
};

[[noreturn]] void refuse(const QString& problem)
{
    std::fprintf(stderr, "dns-notrack-viewer: %s\n", qPrintable(problem));
    std::exit(usageExitCode);
}

void addOptions(QCommandLineParser& parser)
{
    parser.setApplicationDescription(
        CommandLineText::tr("Shows the DNS NOTRACK rules of every node, read over ssh. It never changes a node.\n"
                            "Without sources it shows the nodes of the last time."));
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addPositionalArgument(QStringLiteral("node"), CommandLineText::tr("Nodes to watch: host, user@host:port, or \"local\"."),
                                 QStringLiteral("[node...]"));
    parser.addOption({QStringLiteral("inventory"), CommandLineText::tr("Ansible inventory, or a file with a host a line; may be repeated."),
                      CommandLineText::tr("path")});
    parser.addOption({QStringLiteral("capture"), CommandLineText::tr("A capture of a node, or a folder of them; may be repeated."),
                      CommandLineText::tr("path")});
    parser.addOption({QStringLiteral("ssh-config"), CommandLineText::tr("Watch the hosts of ~/.ssh/config.")});
    parser.addOption({QStringLiteral("interval"), CommandLineText::tr("Seconds between two reports of a node: 1, 2, 5, 10, 30, 60 or 300."),
                      CommandLineText::tr("seconds")});
    parser.addOption(
        {QStringLiteral("runner"), CommandLineText::tr("Command of the runner on the nodes."), CommandLineText::tr("command")});
    parser.addOption({QStringLiteral("ssh-arguments"), CommandLineText::tr("Arguments for ssh, before the viewer's own."),
                      CommandLineText::tr("arguments")});
    parser.addOption({QStringLiteral("appearance"), CommandLineText::tr("system, light or dark."), CommandLineText::tr("name")});
}

void readConnection(const QCommandLineParser& parser, ConnectionSettings& connection)
{
    if (parser.isSet(QStringLiteral("interval"))) {
        connection.interval = parser.value(QStringLiteral("interval")).toInt();
        if (std::find(intervals.begin(), intervals.end(), connection.interval) == intervals.end()) {
            refuse(CommandLineText::tr("--interval takes 1, 2, 5, 10, 30, 60 or 300"));
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
    const QStringList captures = parser.values(QStringLiteral("capture"));
    for (const QString& path : captures) {
        sources.captures.append(QFileInfo(path).absoluteFilePath());
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

CommandLine readCommandLine(Preferences remembered)
{
    QCommandLineParser parser;
    addOptions(parser);
    if (!parser.parse(QCoreApplication::arguments())) {
        refuse(parser.errorText());
    }
    if (parser.isSet(QStringLiteral("help"))) {
        parser.showHelp();
    }
    if (parser.isSet(QStringLiteral("version"))) {
        parser.showVersion();
    }
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
            refuse(CommandLineText::tr("--appearance takes system, light or dark"));
        }
        line.preferences.appearance = static_cast<Appearance>(index);
    }
    return line;
}

} // namespace notrack::gui
