#include "gui/remote/captures.h"
#include "gui/remote/private_agent.h"
#include "gui/view/appearance.h"
#include "gui/view/find_bar.h"
#include "gui/view/fitted_tree.h"
#include "gui/view/preview_dialog.h"
#include "gui/view/what_if_dialog.h"
#include "tests/gui/viewer_lab.h"

#include <QApplication>
#include <QClipboard>
#include <QLineEdit>
#include <QTabWidget>

using namespace notrack::gui;

/// What a person asks of nodes, and is asked by them, the whole way to real nodes and back.
class AskingTest : public ViewerLab
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        if (setting("NOTRACK_LAB").isEmpty()) {
            QSKIP("run by end_to_end.sh");
        }
        QCoreApplication::setOrganizationName(QStringLiteral("dns-notrack"));
        QCoreApplication::setApplicationName(QStringLiteral("asking"));
        raiseDescriptorLimit();
        speak("en");
        setAppearance(Appearance::Light);
        Preferences preferences = labPreferences();
        preferences.connection.agentSocket = m_agent.socketPath();
        m_window = std::make_unique<MainWindow>(preferences, Remember::NoSources, processChannels());
        m_window->resize(1180, 780);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get(), patience));
        m_window->loadSources();
        QTRY_COMPARE_WITH_TIMEOUT(stateOf("node2"), QStringLiteral("in-sync"), patience);
        QTRY_COMPARE_WITH_TIMEOUT(stateOf("here"), QStringLiteral("absent"), patience);
        for (const char* node : {"node1", "node3", "hidden"}) {
            QTRY_COMPARE_WITH_TIMEOUT(stateOf(node), QStringLiteral("needs-person"), patience);
        }
        QTRY_COMPARE_WITH_TIMEOUT(stateOf("evil"), QStringLiteral("error"), patience);
        m_window->watch().connection().pause(QStringLiteral("evil")); // rows stay where they are
        QTest::qWait(1000);
    }

    void theDoctorIsAsked()
    {
        chooseByHand("node2");
        press(QStringLiteral("ctrl+shift+d"));
        shoot(*m_window, "doctor-asked");
        QTRY_COMPARE_WITH_TIMEOUT(recordOf("node2")->doctor.phase, DoctorVisit::Phase::Done, patience);
        QTRY_VERIFY(m_window->nodePage()->pageText().contains(QStringLiteral("10.96.0.10")));
        shootEverywhere("doctor");
        press(QStringLiteral("ctrl+f")); // its text has the focus
        QTRY_VERIFY(m_window->nodePage()->findBar()->isVisible());
        type(QStringLiteral("not-ipvs"));
        press(QStringLiteral("Escape"));
        QApplication::clipboard()->clear();
        press(QStringLiteral("ctrl+c"));
        QTRY_COMPARE(QApplication::clipboard()->text(), QStringLiteral("not-ipvs")); // what was found is selected
        chooseByHand("here");
        press(QStringLiteral("ctrl+shift+d")); // this machine is asked without ssh
        QTRY_COMPARE_WITH_TIMEOUT(recordOf("here")->doctor.phase, DoctorVisit::Phase::Done, patience);
        chooseByHand("node2");
        QVERIFY(m_window->nodePage()->pageText().contains(QStringLiteral("10.96.0.10"))); // each node has its own
    }

    void aQuestionStopsNobody()
    {
        connectAndAsk("node1");
        QTRY_VERIFY_WITH_TIMEOUT(question() != nullptr, patience);
        QTRY_VERIFY(question()->isActiveWindow());
        shoot(*question(), "host-key-table");
        QVERIFY(!question()->isModal());
        question()->move(m_window->pos() + QPoint(500, 420)); // off the table
        QTest::qWait(300);
        chooseByHand("node2"); // what is asked about, and all else, can be looked at meanwhile
        shoot(*m_window, "asked-meanwhile");
        click(*question()->findChild<QPushButton*>(QStringLiteral("accept")));
        QTRY_COMPARE_WITH_TIMEOUT(stateOf("node1"), QStringLiteral("in-sync"), patience);
    }

    void aKeyIsUnlockedOnce()
    {
        connectAndAsk("node3");
        QTRY_VERIFY_WITH_TIMEOUT(question() != nullptr, patience);
        QTRY_VERIFY(question()->isActiveWindow());
        type(QStringLiteral("open sesame"));
        press(QStringLiteral("Return"));
        QTRY_COMPARE_WITH_TIMEOUT(stateOf("node3"), QStringLiteral("absent"), patience);
        chooseByHand("node3");
        press(QStringLiteral("F5")); // in batch, as every other node with this key
        QTRY_VERIFY(recordOf("node3")->link.phase != LinkPhase::Live);
        QTRY_COMPARE_WITH_TIMEOUT(recordOf("node3")->link.phase, LinkPhase::Live, patience);
        QVERIFY(question() == nullptr);
    }

    void aCaptureIsSavedOpenedAndTried()
    {
        const QString path = labFile("saved.json");
        chooseByHand("node2");
        giveFile(QStringLiteral("ctrl+shift+s"), path);
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(path), patience);
        giveFile(QStringLiteral("ctrl+shift+o"), path);
        FleetModel& fleet = m_window->watch().model();
        QTRY_COMPARE_WITH_TIMEOUT(fleet.rowCount(), 7, patience);
        const NodeRecord& record = fleet.record(6);
        QCOMPARE(record.entry.captured->path, path);
        QVERIFY(record.isCaptured());
        m_window->fleetPage()->chooseNode(record.entry.name);
        QCOMPARE(record.stateText(), QStringLiteral("in sync, captured"));
        shootEverywhere("captured");
        giveFile(QStringLiteral("ctrl+t"), labFile("profile.yaml"));
        QTRY_VERIFY_WITH_TIMEOUT(m_window->findChild<WhatIfDialog*>() != nullptr, patience);
        auto* dialog = m_window->findChild<WhatIfDialog*>();
        QTRY_COMPARE_WITH_TIMEOUT(dialog->summary(), QStringLiteral("1 of 1 capture judged; nothing to change: 1"), patience);
        shoot(*dialog, "what-if");
        press(QStringLiteral("Escape"));
        QTRY_VERIFY(m_window->findChild<WhatIfDialog*>() == nullptr);
    }

    void nobodyIsContactedUnasked()
    {
        QFile list(labFile("many"));
        QVERIFY(list.open(QIODevice::WriteOnly));
        list.write("10.99.1.3\n");
        for (int host = 1; host <= 25; ++host) {
            list.write(QByteArray("10.99.9.") + QByteArray::number(host) + '\n');
        }
        list.close();
        giveFile(QStringLiteral("ctrl+o"), list.fileName());
        QTRY_VERIFY_WITH_TIMEOUT(m_window->findChild<PreviewDialog*>() != nullptr, patience);
        QPointer<PreviewDialog> dialog = m_window->findChild<PreviewDialog*>();
        QTRY_VERIFY(dialog->isActiveWindow());
        QCOMPARE(m_window->watch().model().rowCount(), 1); // the capture of before
        shoot(*m_window, "held");
        shoot(*dialog, "preview");
        click(*dialog->findChild<QPushButton*>(QStringLiteral("none")));
        click(*dialog->findChild<QLineEdit*>());
        type(QStringLiteral("10.99.1."));
        click(*dialog->findChild<QPushButton*>(QStringLiteral("all")));
        shoot(*dialog, "preview-filtered");
        click(*dialog->findChild<QPushButton*>(QStringLiteral("accept")));
        QTRY_VERIFY(dialog.isNull());
        QTRY_COMPARE_WITH_TIMEOUT(stateOf("10.99.1.3"), QStringLiteral("in-sync"), patience);
        QCOMPARE(m_window->watch().model().rowCount(), 2);
    }

private:
    PrivateAgent m_agent;
};

QTEST_MAIN(AskingTest)
#include "asking_test.moc"
