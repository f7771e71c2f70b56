#include "gui/command_line.h"
#include "gui/end_signals.h"
#include "gui/remote/askpass.h"
#include "gui/remote/process_channel.h"
#include "gui/remote/stray_thread.h"
#include "gui/view/icons.h"

#include "core/base/version.h"

#include <QApplication>
#include <QLibraryInfo>
#include <QSettings>
#include <QTranslator>

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

/// Shows the window until it is closed, or a signal asks for it.
int watch(CommandLine line)
{
    MainWindow* shown = nullptr;
    const EndSignals endSignals([&shown] {
        shown->close();
        QCoreApplication::exit(0); // also out of a dialog
    });
    MainWindow window(std::move(line.preferences), line.remember, processChannels());
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
    const QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("dns-notrack-viewer"));
    QApplication::setOrganizationName(QStringLiteral("dns-notrack"));
    QApplication::setApplicationDisplayName(QApplication::translate("main", "DNS NOTRACK viewer"));
    QApplication::setApplicationVersion(
        QString::fromUtf8(notrack::programVersion.data(), static_cast<qsizetype>(notrack::programVersion.size())));
    QApplication::setDesktopFileName(QStringLiteral("dns-notrack-viewer"));
    QTranslator qtTranslator;
    if (qtTranslator.load(QLocale(), QStringLiteral("qtbase"), QStringLiteral("_"), QLibraryInfo::path(QLibraryInfo::TranslationsPath))) {
        QApplication::installTranslator(&qtTranslator);
    }
    raiseDescriptorLimit();
    CommandLine line = readCommandLine(application, readPreferences(QSettings()));
    line.preferences.connection.askpassProgram = QApplication::applicationFilePath();
    setAppearance(line.preferences.appearance);
    const int code = watch(std::move(line));
    if (strayThreads > 0) {
        std::_Exit(code); // a file system does not answer; everything is saved
    }
    return code;
}
