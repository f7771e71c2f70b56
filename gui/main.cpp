#include "gui/command_line.h"
#include "gui/end_signals.h"
#include "gui/model/journal.h"
#include "gui/remote/askpass.h"
#include "gui/remote/private_agent.h"
#include "gui/remote/process_channel.h"
#include "gui/remote/stray_thread.h"
#include "gui/view/icons.h"

#include "core/base/version.h"

#include <QApplication>
#include <QLibraryInfo>
#include <QSettings>
#include <QTranslator>

#include <cstdio>
#include <cstdlib>

using namespace notrack::gui;

namespace
{

/// ssh starts this program again to ask for a passphrase: then it has no window and asks the viewer that started ssh.
int mainAskpass(int argumentCount, char** arguments, const QString& socketPath)
{
    const QCoreApplication application(argumentCount, arguments);
    return runAskpass(socketPath, QCoreApplication::arguments().value(1));
}

/// The texts of Qt and of this program in the person's language, as long as it lives. English has a file for its plurals.
class Translations
{
public:
    Translations()
    {
        if (m_qt.load(QLocale(), QStringLiteral("qtbase"), QStringLiteral("_"), QLibraryInfo::path(QLibraryInfo::TranslationsPath))) {
            QCoreApplication::installTranslator(&m_qt);
        }
        if (m_own.load(QLocale(), QStringLiteral("dns-notrack-viewer"), QStringLiteral("_"), QStringLiteral(":/translations")) ||
            m_own.load(QStringLiteral(":/translations/dns-notrack-viewer_en.qm"))) {
            QCoreApplication::installTranslator(&m_own);
        }
    }

private:
    QTranslator m_qt;
    QTranslator m_own;
};

/// Help, version and mistakes need no display; what asks for a window ends here with exit code 1 where there is none.
CommandLine readWithoutDisplay(int argumentCount, char** arguments)
{
    const QCoreApplication application(argumentCount, arguments);
    const Translations translations;
    CommandLine line = readCommandLine(readPreferences(QSettings()));
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM") && qEnvironmentVariableIsEmpty("DISPLAY") &&
        qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY")) {
        std::fprintf(stderr, "dns-notrack-viewer: %s\n",
                     qPrintable(QCoreApplication::translate("main", "there is no display: neither WAYLAND_DISPLAY nor DISPLAY is set")));
        std::exit(EXIT_FAILURE);
    }
    return line;
}

/// Shows the window until it is closed, or a signal asks for it.
int watch(CommandLine line)
{
    MainWindow* shown = nullptr;
    const EndSignals endSignals([&shown] {
        shown->close();
        QCoreApplication::exit(0); // also out of a dialog
    });
    const PrivateAgent agent;
    line.preferences.connection.agentSocket = agent.socketPath();
    MainWindow window(std::move(line.preferences), line.remember, processChannels());
    const Journal journal(journalPath(), window.watch().timeline());
    shown = &window;
    window.show();
    window.loadSources();
    return QApplication::exec();
}

} // namespace

int main(int argc, char* argv[])
{
    const QString askpassSocket = qEnvironmentVariable("NOTRACK_VIEWER_ASKPASS");
    if (!askpassSocket.isEmpty()) {
        return mainAskpass(argc, argv, askpassSocket);
    }
    QCoreApplication::setApplicationName(QStringLiteral("dns-notrack-viewer"));
    QCoreApplication::setOrganizationName(QStringLiteral("dns-notrack"));
    QCoreApplication::setApplicationVersion(
        QString::fromUtf8(notrack::programVersion.data(), static_cast<qsizetype>(notrack::programVersion.size())));
    CommandLine line = readWithoutDisplay(argc, argv);
    const QApplication application(argc, argv);
    const Translations translations;
    QApplication::setApplicationDisplayName(QApplication::translate("main", "DNS NOTRACK viewer"));
    QApplication::setDesktopFileName(QStringLiteral("dns-notrack-viewer"));
    raiseDescriptorLimit();
    line.preferences.connection.askpassProgram = QApplication::applicationFilePath();
    setAppearance(line.preferences.appearance);
    const int code = watch(std::move(line));
    if (strayThreads > 0) {
        std::_Exit(code); // a file system does not answer; everything is saved
    }
    return code;
}
