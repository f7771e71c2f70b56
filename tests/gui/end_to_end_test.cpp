#include "gui/remote/process_channel.h"
#include "gui/view/appearance.h"
#include "gui/view/cause_page.h"
#include "gui/view/comparison_dialog.h"
#include "gui/view/figure_bar.h"
#include "gui/view/find_bar.h"
#include "gui/view/fitted_tree.h"
#include "gui/view/notice_bar.h"
#include "gui/view/summary_bar.h"
#include "tests/gui/viewer_lab.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDBusConnection>
#include <QElapsedTimer>
#include <QLabel>
#include <QLineEdit>
#include <QProcess>
#include <QPushButton>
#include <QTabBar>
#include <QTabWidget>
#include <QTableWidget>
#include <QTest>
#include <QTimer>
#include <QToolButton>
#include <QTreeView>
#include <QUdpSocket>

using namespace notrack::gui;

namespace
{

/// What a desktop has for notifications, as far as the viewer needs it.
class NotificationServer : public QObject
{
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.freedesktop.Notifications")

public:
    QStringList received;

public slots:
    uint Notify(const QString& program, uint /*replaced*/, const QString& /*icon*/, const QString& title, const QString& text,
                const QStringList& /*actions*/, const QVariantMap& /*hints*/, int /*timeout*/)
    {
        received.append(program + QLatin1Char('|') + title + QLatin1Char('|') + text);
        return 1;
    }
};

} // namespace

/// The whole way: inventory, ssh, sshd, runner, kernel, and back to a window on an X server.
class EndToEndTest : public ViewerLab
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
        speak("en");
        setAppearance(Appearance::Light);
        m_window = std::make_unique<MainWindow>(labPreferences(), Remember::NoSources, processChannels());
        m_journal = std::make_unique<Journal>(labFile("journal"), m_window->watch().timeline());
        m_window->resize(1180, 780);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get(), patience));
    }

    void emptyStart()
    {
        Preferences nothing;
        MainWindow empty(nothing, Remember::NoSources, processChannels());
        empty.resize(1000, 640);
        empty.show();
        QVERIFY(QTest::qWaitForWindowExposed(&empty, patience));
        shoot(empty, "empty");
        empty.hide();
    }

    void inventoryGivesStates()
    {
        m_window->loadSources();
        QTRY_COMPARE_WITH_TIMEOUT(m_window->watch().model().rowCount(), 6, patience);
        QTRY_COMPARE_WITH_TIMEOUT(stateOf("node2"), QStringLiteral("in-sync"), patience);
        QTRY_COMPARE_WITH_TIMEOUT(stateOf("here"), QStringLiteral("absent"), patience);
        QTRY_COMPARE_WITH_TIMEOUT(stateOf("node1"), QStringLiteral("needs-person"), patience);  // unknown host key
        QTRY_COMPARE_WITH_TIMEOUT(stateOf("hidden"), QStringLiteral("needs-person"), patience); // its bastion has one
        QTRY_COMPARE_WITH_TIMEOUT(stateOf("node3"), QStringLiteral("needs-person"), patience);  // passphrase
        QCOMPARE(recordOf("node2")->entry.groups, QStringList{QStringLiteral("workers")});
    }

    void hostileNodeIsAnErrorRow()
    {
        QTRY_COMPARE_WITH_TIMEOUT(stateOf("evil"), QStringLiteral("error"), patience);
        QCOMPARE(recordOf("evil")->link.reason, QStringLiteral("it sent a line of more than 1 MiB"));
    }

    void hostKeyIsAskedFor()
    {
        connectAndAsk("node1");
        QTRY_VERIFY_WITH_TIMEOUT(question() != nullptr, patience);
        QuestionDialog* dialog = question();
        QVERIFY(dialog->windowTitle().contains(QStringLiteral("node1")));
        const auto* table = dialog->findChild<QTableWidget*>();
        QVERIFY(table != nullptr && !table->findItems(QStringLiteral("SHA256:"), Qt::MatchStartsWith).isEmpty());
        shoot(*dialog, "host-key");
        QTest::mouseClick(dialog->findChild<QPushButton*>(QStringLiteral("accept")), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(stateOf("node1"), QStringLiteral("in-sync"), patience);
        QFile known(labFile("known_hosts"));
        QVERIFY(known.open(QIODevice::ReadOnly));
        QVERIFY(known.readAll().contains("10.99.1.2 ssh-ed25519"));
    }

    void bastionIsPassed()
    {
        m_window->watch().connection().reconnect(QStringLiteral("hidden"));
        QTRY_COMPARE_WITH_TIMEOUT(stateOf("hidden"), QStringLiteral("in-sync"), patience);
    }

    void passphraseIsAskedFor()
    {
        connectAndAsk("node3");
        for (const char* words : {"wrong", "open sesame"}) {
            QTRY_VERIFY_WITH_TIMEOUT(question() != nullptr, patience);
            QPointer<QuestionDialog> dialog = question();
            auto* line = dialog->findChild<QLineEdit*>();
            QVERIFY(line->isVisible());
            QCOMPARE(line->echoMode(), QLineEdit::Password);
            shoot(*dialog, "passphrase");
            QTest::keyClicks(line, QLatin1String(words));
            QTest::keyClick(line, Qt::Key_Return);
            QTRY_VERIFY(dialog.isNull());
        }
        QTRY_COMPARE_WITH_TIMEOUT(stateOf("node3"), QStringLiteral("absent"), patience);
    }

    void countersBecomeRates()
    {
        QUdpSocket pod;
        QVERIFY(pod.bind(QHostAddress(QStringLiteral("10.244.7.7"))));
        QTimer asking;
        connect(&asking, &QTimer::timeout, this, [&pod] {
            for (int query = 0; query < 20; ++query) {
                pod.writeDatagram("?", 1, QHostAddress(QStringLiteral("10.96.0.10")), 53);
            }
        });
        asking.start(100);
        const auto rate = [this] {
            const HistorySample* latest = recordOf("node2")->history.latest();
            return latest == nullptr ? 0.0F : latest->untracked.value_or(0.0F);
        };
        QTRY_VERIFY_WITH_TIMEOUT(rate() > 1.0F, patience);
        m_window->fleetPage()->chooseNode(QStringLiteral("node2"));
        m_window->nodePage()->tabs()->setCurrentIndex(4);
        QTest::qWait(setting("NOTRACK_SCREENSHOTS").isEmpty() ? 0 : 20'000); // a picture wants some history
        shoot(*m_window, "conntrack");
        m_window->nodePage()->tabs()->setCurrentIndex(0);
        shoot(*m_window, "rates");
    }

    void deletedRuleShowsWithinTwoIntervals()
    {
        NotificationServer desktop;
        QDBusConnection bus = QDBusConnection::connectToBus(QDBusConnection::SessionBus, QStringLiteral("desktop"));
        QVERIFY(bus.registerObject(QStringLiteral("/org/freedesktop/Notifications"), &desktop, QDBusConnection::ExportAllSlots));
        QVERIFY(bus.registerService(QStringLiteral("org.freedesktop.Notifications")));
        runInNode(2, {QStringLiteral("iptables-legacy"), QStringLiteral("-w"), QStringLiteral("-t"), QStringLiteral("raw"),
                      QStringLiteral("-D"), QStringLiteral("NMANAGER_NOT_DNS_PREROUTING"), QStringLiteral("2")});
        QElapsedTimer since;
        since.start();
        int reports = 0;
        const auto counting =
            connect(&m_window->watch().connection(), &FleetConnection::reportArrived, this,
                    [&reports](const QString& node, const ReceivedReport&) { reports += node == QLatin1String("node2") ? 1 : 0; });
        QTRY_COMPARE_WITH_TIMEOUT(stateOf("node2"), QStringLiteral("drifted"), patience);
        disconnect(counting);
        qInfo("drifted after %lld ms and %d report(s) at an interval of %d s", since.elapsed(), reports, interval);
        QVERIFY(reports <= 2); // an interval each: one may have been under way when the rule went
        QTRY_COMPARE_WITH_TIMEOUT(desktop.received,
                                  QStringList{QStringLiteral("dns-notrack-viewer|Nodes that got worse: 1|node2 is drifted")}, patience);
        shoot(*m_window, "light");
        m_window->nodePage()->tabs()->setCurrentIndex(1);
        QVERIFY(m_window->nodePage()->pageText().contains(QStringLiteral("\n+")));
        setAppearance(Appearance::Dark);
        shoot(*m_window, "dark");
        m_window->nodePage()->tabs()->setCurrentIndex(0);
        setAppearance(Appearance::Light);
    }

    void aHungRunnerGoesStaleAndIsReadOn()
    {
        press(QStringLiteral("F6"));
        QTRY_COMPARE_WITH_TIMEOUT(stateOf("node2"), QStringLiteral("drifted"), patience);
        chooseByHand("node2");
        runLab("freeze", 2);
        QElapsedTimer since;
        since.start();
        QTRY_COMPARE_WITH_TIMEOUT(stateOf("node2"), QStringLiteral("stale"), patience);
        qInfo("stale after %lld ms at an interval of %d s", since.elapsed(), interval);
        QVERIFY(since.elapsed() < 4 * 1000 * interval + 4000);
        m_window->watch().model().flush();
        QVERIFY(!recordOf("node2")->note(steadyNow()).isEmpty());
        auto* chip = m_window->fleetPage()->summary()->button(RowState::Stale);
        QCOMPARE(chip->text(), QStringLiteral("1 stale"));
        shoot(*m_window, "stale");
        click(*chip);
        QCOMPARE(m_window->fleetPage()->table()->model()->rowCount(), 1);
        runLab("thaw", 2);
        QTRY_COMPARE_WITH_TIMEOUT(stateOf("node2"), QStringLiteral("drifted"), patience);
        QTRY_COMPARE(m_window->fleetPage()->table()->model()->rowCount(), 0);
        shoot(*m_window, "filtered-away");
        QCOMPARE(m_window->fleetPage()->currentNode(), QStringLiteral("node2")); // its row is gone, it is read on
        press(QStringLiteral("Escape"));
        QCOMPARE(m_window->fleetPage()->table()->model()->rowCount(), 6);
    }

    void theCommandToTypeIsCopied()
    {
        chooseByHand("node2");
        QTRY_COMPARE_WITH_TIMEOUT(stateOf("node2"), QStringLiteral("drifted"), patience);
        auto* copy = m_window->nodePage()->findChild<QPushButton*>(QStringLiteral("copyCommand"));
        QTRY_VERIFY(copy->isVisible());
        QApplication::clipboard()->clear();
        click(*copy);
        QTRY_VERIFY(QApplication::clipboard()->text().endsWith(QStringLiteral("apply --check --diff'")));
        QVERIFY(QApplication::clipboard()->text().startsWith(QStringLiteral("ssh -t -F ")));
        shoot(*m_window, "remedy");
        m_window->resize(800, 600);
        shoot(*m_window, "remedy-800");
        m_window->resize(1180, 780);
    }

    void wordsAreFoundAndCopied()
    {
        chooseByHand("node2");
        m_window->nodePage()->tabs()->setCurrentIndex(0);
        press(QStringLiteral("F7"));
        press(QStringLiteral("ctrl+f"));
        QTRY_VERIFY(m_window->nodePage()->findBar()->isVisible());
        type(QStringLiteral("missing"));
        shoot(*m_window, "find");
        press(QStringLiteral("Escape"));
        QTRY_VERIFY(!m_window->nodePage()->findBar()->isVisible());
        QApplication::clipboard()->clear();
        press(QStringLiteral("ctrl+c"));
        QTRY_VERIFY(QApplication::clipboard()->text().contains(QStringLiteral("\tmissing")));
        QCOMPARE(QApplication::clipboard()->text().count(QLatin1Char('\n')), 0); // that rule alone
        QApplication::clipboard()->clear();
        // The menu has an event loop of its own: its keys are pressed from outside.
        QProcess keys;
        keys.start(QStringLiteral("xdotool"), {QStringLiteral("key"), QStringLiteral("--delay"), QStringLiteral("400"),
                                               QStringLiteral("Menu"), QStringLiteral("Down"), QStringLiteral("Return")});
        QTRY_VERIFY_WITH_TIMEOUT(QApplication::clipboard()->text().contains(QStringLiteral("\tmissing")), patience);
        QTRY_VERIFY(keys.state() == QProcess::NotRunning);
        press(QStringLiteral("F6"));
        press(QStringLiteral("ctrl+f"));
        QTRY_VERIFY(m_window->fleetPage()->search()->hasFocus()); // the table is filtered
        press(QStringLiteral("Escape"));
    }

    void theFleetAsOne()
    {
        FleetPage* fleet = m_window->fleetPage();
        auto* figures = m_window->findChild<FigureBar*>();
        QTRY_VERIFY(figures->isVisible());
        click(*fleet->views(), fleet->views()->tabRect(1).center());
        auto* causes = qobject_cast<CausePage*>(fleet->view());
        QVERIFY(causes != nullptr);
        const QAbstractItemModel* rows = causes->tree()->model();
        QTRY_VERIFY(rows->rowCount() > 2);
        QCOMPARE(rows->index(0, 0).data().toString().section(QLatin1Char(':'), 0, 0), QStringLiteral("error")); // worst first
        shoot(*m_window, "causes");
        const QModelIndex worst = rows->index(0, 0, rows->index(0, 0));
        click(*causes->tree()->viewport(), causes->tree()->visualRect(worst).center());
        QCOMPARE(fleet->currentNode(), QStringLiteral("evil"));
        click(*causes->groupings());
        press(QStringLiteral("End"));
        press(QStringLiteral("Return")); // by group
        QTRY_VERIFY(printModel(*rows).contains(QStringLiteral("workers | 3 nodes")));
        click(*fleet->views(), fleet->views()->tabRect(0).center());
        chooseByHand("node1");
        m_window->fleetPage()->table()->selectionModel()->select(rowNamed("node2"),
                                                                 QItemSelectionModel::Select | QItemSelectionModel::Rows);
        press(QStringLiteral("ctrl+d"));
        QTRY_VERIFY(m_window->findChild<ComparisonDialog*>() != nullptr);
        QPointer<ComparisonDialog> dialog = m_window->findChild<ComparisonDialog*>();
        QTRY_VERIFY(dialog->isActiveWindow());
        QVERIFY(printModel(*dialog->tree()->model()).contains(QStringLiteral("| ok | missing")));
        shoot(*dialog, "compare");
        press(QStringLiteral("Escape"));
        QTRY_VERIFY(dialog.isNull());
    }

    void aLostInventoryKeepsTheFleet()
    {
        QVERIFY(QFile::rename(labFile("hosts.ini"), labFile("hosts.away")));
        chooseByHand("node2");
        press(QStringLiteral("ctrl+shift+r"));
        const auto tellsLoss = [&] { return m_window->problems()->text().contains(QStringLiteral("hosts.ini: No such file")); };
        QTRY_VERIFY_WITH_TIMEOUT(tellsLoss(), patience);
        QVERIFY(m_window->problems()->isVisible());
        QCOMPARE(m_window->watch().model().rowCount(), 6);
        QCOMPARE(stateOf("node2"), QStringLiteral("drifted"));
        shoot(*m_window, "lost-inventory");
        setAppearance(Appearance::Dark);
        shoot(*m_window, "lost-inventory-dark");
        setAppearance(Appearance::Light);
        QVERIFY(QFile::rename(labFile("hosts.away"), labFile("hosts.ini")));
        click(*m_window->problems()->findChild<QPushButton*>());
        QTRY_VERIFY_WITH_TIMEOUT(!tellsLoss(), patience);
    }

    void killedSshdShowsAndComesBack()
    {
        runLab("stop", 2);
        QTRY_COMPARE_WITH_TIMEOUT(stateOf("node2"), QStringLiteral("unreachable"), patience);
        QVERIFY(recordOf("node2")->report != nullptr);
        QVERIFY(recordOf("node2")->note(steadyNow()).contains(QStringLiteral("next try in ")));
        shoot(*m_window, "unreachable");
        runLab("start", 2);
        QTRY_COMPARE_WITH_TIMEOUT(stateOf("node2"), QStringLiteral("drifted"), 2 * patience);
    }

    void theTimelineOutlivesTheViewer()
    {
        FleetPage* fleet = m_window->fleetPage();
        click(*fleet->views(), fleet->views()->tabRect(2).center());
        auto* timeline = qobject_cast<QTreeView*>(fleet->view());
        const auto rowOf = [timeline](const QString& node, const QString& state) {
            for (int row = 0; row < timeline->model()->rowCount(); ++row) {
                if (timeline->model()->index(row, 1).data() == node && timeline->model()->index(row, 2).data().toString().contains(state)) {
                    return timeline->model()->index(row, 1);
                }
            }
            return QModelIndex();
        };
        shoot(*m_window, "timeline");
        QVERIFY(timeline != nullptr);
        QTRY_VERIFY(rowOf(QStringLiteral("node2"), QStringLiteral("unreachable")).isValid());
        const QModelIndex hidden = rowOf(QStringLiteral("hidden"), QStringLiteral("in sync"));
        QVERIFY(hidden.isValid());
        timeline->scrollTo(hidden);
        click(*timeline->viewport(), timeline->visualRect(hidden).center());
        QCOMPARE(fleet->currentNode(), QStringLiteral("hidden"));
        const auto since = m_window->watch().timeline().since(QStringLiteral("node2"));
        m_journal.reset();
        Timeline again;
        const Journal journal(labFile("journal"), again);
        QTRY_COMPARE(again.since(QStringLiteral("node2")).value_or(Since()).at, since->at);
        QVERIFY(again.since(QStringLiteral("node2"))->gap);
        click(*fleet->views(), fleet->views()->tabRect(0).center());
    }

    void largeInventoriesArePolled()
    {
        ConnectionSettings settings = labPreferences().connection;
        settings.interval = 1;
        settings.streamLimit = 1;
        settings.pollPool = 1;
        FleetWatch watch(settings, processChannels());
        QHash<QString, int> reports;
        connect(&watch.connection(), &FleetConnection::reportArrived, this,
                [&reports](const QString& node, const ReceivedReport&) { ++reports[node]; });
        watch.setNodes({recordOf("node1")->entry, recordOf("node2")->entry, recordOf("here")->entry});
        QTRY_VERIFY_WITH_TIMEOUT(reports.value(QStringLiteral("node1")) > 1 && reports.value(QStringLiteral("node2")) > 1 &&
                                     reports.value(QStringLiteral("here")) > 1,
                                 patience);
    }

    void itSpeaksGerman()
    {
        speak("de");
        MainWindow german(labPreferences(), Remember::NoSources, processChannels());
        german.resize(1180, 780);
        german.show();
        german.loadSources();
        QTRY_VERIFY_WITH_TIMEOUT(german.fleetPage()->summary()->button(RowState::InSync)->text() == QStringLiteral("2 im Soll"), patience);
        german.fleetPage()->chooseNode(QStringLiteral("node2"));
        shoot(german, "german");
        speak("en");
    }

    void cleanupTestCase()
    {
        m_journal.reset();
        m_window.reset();
    }
};

QTEST_MAIN(EndToEndTest)
#include "end_to_end_test.moc"
