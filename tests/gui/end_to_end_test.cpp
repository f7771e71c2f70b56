#include "gui/remote/process_channel.h"
#include "gui/view/appearance.h"
#include "gui/view/fleet_page.h"
#include "gui/view/main_window.h"
#include "gui/view/node_page.h"
#include "gui/view/question_dialog.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QLabel>
#include <QProcess>
#include <QPushButton>
#include <QTabWidget>
#include <QTest>
#include <QTreeView>

using namespace notrack::gui;

namespace
{

constexpr int interval = 2;
constexpr int patience = 60'000; ///< for what has no bound of its own; the machine may be busy

QString setting(const char* name)
{
    return qEnvironmentVariable(name);
}

QString labFile(const char* name)
{
    return setting("NOTRACK_LAB") + QLatin1Char('/') + QLatin1String(name);
}

Preferences labPreferences()
{
    Preferences preferences;
    preferences.connection.interval = interval;
    preferences.connection.runner = labFile("runner");
    preferences.connection.sshArguments = QStringList{QStringLiteral("-F"), labFile("ssh_config")};
    preferences.connection.askpassProgram = setting("NOTRACK_VIEWER");
    preferences.sources.inventories = QStringList{labFile("hosts.ini")};
    return preferences;
}

/// Runs a program that must succeed, without blocking the window.
void run(const QString& program, const QStringList& arguments)
{
    QProcess process;
    process.setProcessChannelMode(QProcess::ForwardedChannels);
    process.start(program, arguments);
    QTRY_VERIFY_WITH_TIMEOUT(process.state() == QProcess::NotRunning, patience);
    QCOMPARE(process.exitCode(), 0);
}

void runLab(const char* command, int node)
{
    run(setting("NOTRACK_LAB_SCRIPT"), {QLatin1String(command), setting("NOTRACK_LAB"), QString::number(node)});
}

void runInNode(int node, const QStringList& words)
{
    QFile tag(labFile("tag"));
    QVERIFY(tag.open(QIODevice::ReadOnly));
    const QString name = QString::fromLatin1(tag.readAll().trimmed()) + QLatin1Char('-') + QString::number(node);
    run(QStringLiteral("ip"), QStringList{QStringLiteral("netns"), QStringLiteral("exec"), name} + words);
}

void shoot(QWidget& widget, const char* name)
{
    QTest::qWait(300);
    const QString directory = setting("NOTRACK_SCREENSHOTS");
    if (!directory.isEmpty()) {
        QVERIFY(widget.grab().save(directory + QLatin1Char('/') + QLatin1String(name) + QStringLiteral(".png")));
    }
}

} // namespace

/// The whole way: inventory, ssh, sshd, runner, kernel, and back to a window on an X server.
class EndToEndTest : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        if (setting("NOTRACK_LAB").isEmpty()) {
            QSKIP("run by end_to_end.sh");
        }
        QCoreApplication::setOrganizationName(QStringLiteral("dns-notrack"));
        QCoreApplication::setApplicationName(QStringLiteral("end-to-end"));
        raiseDescriptorLimit();
        setAppearance(Appearance::Light);
        m_window = std::make_unique<MainWindow>(labPreferences(), MainWindow::Sources::Forget, processChannels());
        m_window->resize(1200, 780);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    }

    void emptyStart()
    {
        Preferences nothing;
        MainWindow empty(nothing, MainWindow::Sources::Forget, processChannels());
        empty.resize(1000, 640);
        empty.show();
        QVERIFY(QTest::qWaitForWindowExposed(&empty));
        shoot(empty, "empty");
        empty.hide();
    }

    void inventoryGivesStates()
    {
        m_window->loadSources();
        QTRY_COMPARE_WITH_TIMEOUT(m_window->watch().model().rowCount(), 3, patience);
        QTRY_COMPARE_WITH_TIMEOUT(stateOf("node2"), QStringLiteral("in-sync"), patience);
        QTRY_COMPARE_WITH_TIMEOUT(stateOf("node3"), QStringLiteral("absent"), patience);
        QTRY_COMPARE_WITH_TIMEOUT(stateOf("node1"), QStringLiteral("needs-person"), patience);
        QCOMPARE(m_window->watch().model().record(0).entry.groups, QStringList{QStringLiteral("workers")});
    }

    void hostKeyIsAskedFor()
    {
        m_window->fleetPage()->chooseNode(QStringLiteral("node1"));
        QPushButton* connectButton = nullptr;
        const auto buttons = m_window->nodePage()->findChildren<QPushButton*>();
        for (QPushButton* button : buttons) {
            connectButton = button->isVisible() && button->text().contains(QStringLiteral("ask")) ? button : connectButton;
        }
        QVERIFY(connectButton != nullptr);
        QTest::mouseClick(connectButton, Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(m_window->findChild<QuestionDialog*>() != nullptr, patience);
        auto* dialog = m_window->findChild<QuestionDialog*>();
        QVERIFY(dialog->windowTitle().contains(QStringLiteral("node1")));
        const auto labels = dialog->findChildren<QLabel*>();
        QVERIFY(std::any_of(labels.begin(), labels.end(), [](const QLabel* label) { return label->text().contains(QStringLiteral("SHA256:")); }));
        shoot(*dialog, "host-key");
        QTest::mouseClick(dialog->findChild<QPushButton*>(QStringLiteral("accept")), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(stateOf("node1"), QStringLiteral("in-sync"), patience);
        QFile known(labFile("known_hosts"));
        QVERIFY(known.open(QIODevice::ReadOnly));
        QVERIFY(known.readAll().count("ssh-ed25519") == 3);
    }

    void deletedRuleShowsWithinTwoIntervals()
    {
        m_window->fleetPage()->chooseNode(QStringLiteral("node2"));
        QTest::qWait(2000 * interval); // rates want two reports
        runInNode(2, {QStringLiteral("iptables-legacy"), QStringLiteral("-w"), QStringLiteral("-t"), QStringLiteral("raw"), QStringLiteral("-D"),
                      QStringLiteral("NMANAGER_NOT_DNS_PREROUTING"), QStringLiteral("2")});
        QElapsedTimer since;
        since.start();
        QTRY_COMPARE_WITH_TIMEOUT(stateOf("node2"), QStringLiteral("drifted"), patience);
        qInfo("drifted after %lld ms of an interval of %d s", since.elapsed(), interval);
        QVERIFY(since.elapsed() <= 2000 * interval);
        QTest::qWait(500);
        shoot(*m_window, "light");
        m_window->nodePage()->tabs()->setCurrentIndex(1);
        QVERIFY(m_window->nodePage()->pageText().contains(QStringLiteral("\n+")));
        setAppearance(Appearance::Dark);
        shoot(*m_window, "dark");
        m_window->nodePage()->tabs()->setCurrentIndex(4);
        QTest::qWait(3000 * interval);
        shoot(*m_window, "conntrack");
        m_window->nodePage()->tabs()->setCurrentIndex(0);
        setAppearance(Appearance::Light);
    }

    void killedSshdShowsAndComesBack()
    {
        runLab("stop", 2);
        QTRY_COMPARE_WITH_TIMEOUT(stateOf("node2"), QStringLiteral("unreachable"), patience);
        const NodeRecord* record = m_window->watch().model().find(QStringLiteral("node2"));
        QVERIFY(record->report != nullptr);
        shoot(*m_window, "unreachable");
        runLab("start", 2);
        QTRY_COMPARE_WITH_TIMEOUT(stateOf("node2"), QStringLiteral("drifted"), 2 * patience);
    }

    void cleanupTestCase() { m_window.reset(); }

private:
    QString stateOf(const char* node)
    {
        const NodeRecord* record = m_window->watch().model().find(QLatin1String(node));
        return record == nullptr ? QString() : stableName(record->state());
    }

    std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(EndToEndTest)
#include "end_to_end_test.moc"
