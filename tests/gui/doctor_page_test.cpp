#include "gui/model/keyed_tree_model.h"
#include "gui/model/node_pages.h"
#include "gui/model/trial_rows.h"
#include "gui/view/doctor_page.h"
#include "gui/view/fleet_page.h"
#include "gui/view/main_window.h"
#include "gui/view/node_page.h"
#include "tests/gui/memory_channel.h"
#include "tests/gui/sample_reports.h"
#include "tests/gui/watched_nodes.h"

#include "core/report/doctor.h"
#include "core/report/report_codec.h"

#include <QPushButton>
#include <QStandardPaths>
#include <QTabWidget>
#include <QTest>
#include <QTreeView>

using namespace notrack;
using namespace notrack::gui;

namespace
{

const QString a = QStringLiteral("a");

/// What `doctor --output json` prints, behind a banner.
QByteArray doctorSays(const Report& report)
{
    return QByteArrayLiteral("Welcome {to} a\n\n") + QByteArray::fromStdString(writeReportIndented(report)) + '\n';
}

/// A window on one node that is in sync.
struct Watched
{
    Watched() : window(watching({a}), Remember::NoSources, [this](QObject* parent) { return new MemoryChannel(parent, channels); })
    {
        window.show();
        window.activateWindow();
        window.loadSources();
    }

    const DoctorVisit& visit() { return window.watch().model().find(a)->doctor; }
    QPushButton& button() { return *window.nodePage()->findChild<QPushButton*>(QStringLiteral("doctor")); }
    /// Asks by the menu's keys, and gives the call.
    MemoryChannel& ask()
    {
        QTest::keyClick(&window, Qt::Key_D, Qt::ControlModifier | Qt::ShiftModifier);
        const auto asking = [this] { return channels.size() == 2; };
        [&] { QTRY_VERIFY(asking()); }();
        return *channels.back();
    }
    QString text()
    {
        window.watch().model().flush();
        return window.nodePage()->pageText();
    }

    std::vector<MemoryChannel*> channels;
    MainWindow window;
};

} // namespace

/// `doctor` on demand, and the last trial.
class DoctorPageTest : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName(QStringLiteral("dns-notrack"));
        QCoreApplication::setApplicationName(QStringLiteral("doctor-page-test"));
    }

    void itSaysWhatItSaysOnTheNode()
    {
        Watched watched;
        QTRY_COMPARE(watched.channels.size(), std::size_t{1});
        MemoryChannel& call = watched.ask();
        QVERIFY(call.command.arguments.constLast().endsWith(QStringLiteral("dns-notrack doctor --output json")));
        QVERIFY(call.command.arguments.contains(QStringLiteral("BatchMode=no"))); // the person is there to be asked
        QCOMPARE(watched.visit().phase, DoctorVisit::Phase::Asking);
        watched.window.watch().model().flush();
        QCOMPARE(watched.button().text(), QStringLiteral("Cancel"));
        Report report = driftedReport("a");
        report.command = "doctor";
        const QByteArray said = doctorSays(report);
        call.say(said.left(40));
        call.say(said.mid(40));
        call.end(2); // a node that is not in sync
        QTRY_COMPARE(watched.visit().phase, DoctorVisit::Phase::Done);
        QCOMPARE(watched.text() + QLatin1Char('\n'), safeText(QString::fromStdString(describeHealth(report))) + QLatin1Char('\n'));
        QCOMPARE(watched.button().text(), QStringLiteral("Ask the doctor"));
        QVERIFY(watched.window.nodePage()->findChild<DoctorPage*>()->find(QStringLiteral("other-notrack"), Direction::Forward));
        QVERIFY(!watched.window.nodePage()->findChild<DoctorPage*>()->find(QStringLiteral("nowhere"), Direction::Forward));
    }

    void whatFailsIsToldInWords_data()
    {
        QTest::addColumn<QByteArray>("output");
        QTest::addColumn<QByteArray>("words");
        QTest::addColumn<int>("exitCode");
        QTest::addColumn<QString>("text");
        Report broken;
        broken.node = "a";
        broken.state = NodeState::Error;
        broken.error = Error{ErrorKind::BadProfile, "there is no such file", "/etc/dns-notrack/profile.yaml", {}};
        const QByteArray nothing;
        QTest::newRow("sudo") << nothing << QByteArray("sudo: a password is required\n") << 1
                              << QStringLiteral(
                                     "the runner ended with exit code 1: sudo: a password is required. The packaged sudoers lets "
                                     "members of dns-notrack-monitor run it, with a runner that begins with \"sudo -n\" in the "
                                     "settings.");
        QTest::newRow("no runner") << nothing << QByteArray("sh: 1: /usr/sbin/dns-notrack: not found\n") << 127
                                   << QStringLiteral("the runner is not there: sh: 1: /usr/sbin/dns-notrack: not found");
        QTest::newRow("ssh") << nothing << QByteArray("ssh: connect to host a port 22: No route to host\n") << 255
                             << QStringLiteral("ssh: connect to host a port 22: No route to host");
        QTest::newRow("profile") << doctorSays(broken) << QByteArray("dns-notrack: no\n") << 65
                                 << QStringLiteral("/etc/dns-notrack/profile.yaml: there is no such file");
        QTest::newRow("no report") << QByteArray("hello\n") << nothing << 0 << QStringLiteral("what it printed is no report: ");
    }

    void whatFailsIsToldInWords()
    {
        QFETCH(QByteArray, output);
        QFETCH(QByteArray, words);
        QFETCH(int, exitCode);
        QFETCH(QString, text);
        Watched watched;
        QTRY_COMPARE(watched.channels.size(), std::size_t{1});
        MemoryChannel& call = watched.ask();
        call.say(output);
        call.end(exitCode, words);
        QTRY_COMPARE(watched.visit().phase, DoctorVisit::Phase::Failed);
        const QString shown = watched.text();
        QVERIFY2(shown.startsWith(QStringLiteral("The doctor could not be asked: ") + text), qPrintable(shown));
    }

    void itsOutputIsBounded()
    {
        Watched watched;
        QTRY_COMPARE(watched.channels.size(), std::size_t{1});
        MemoryChannel& call = watched.ask();
        call.say(QByteArray(DocumentReader::longestDocument, 'x'));
        QVERIFY(!call.retired);
        call.say("x");
        QVERIFY(call.retired);
        QTRY_COMPARE(watched.visit().phase, DoctorVisit::Phase::Failed);
        QVERIFY(watched.text().endsWith(QStringLiteral("it printed more than 1 MiB")));
    }

    void itCanBeCancelledAndAskedAgain()
    {
        Watched watched;
        QTRY_COMPARE(watched.channels.size(), std::size_t{1});
        MemoryChannel& call = watched.ask();
        QTest::keyClick(&watched.window, Qt::Key_D, Qt::ControlModifier | Qt::ShiftModifier); // it is asked already
        QTest::qWait(50);
        QCOMPARE(watched.channels.size(), std::size_t{2});
        watched.window.watch().model().flush();
        call.lingers = true;
        QTest::mouseClick(&watched.button(), Qt::LeftButton);
        QVERIFY(call.retired);
        QCOMPARE(watched.visit().phase, DoctorVisit::Phase::None);
        watched.window.watch().model().flush();
        QTest::mouseClick(&watched.button(), Qt::LeftButton);
        QTRY_COMPARE(watched.channels.size(), std::size_t{3});
        call.say(doctorSays(sampleReport("a")));
        call.end(0); // too late: nobody listens
        QCOMPARE(watched.visit().phase, DoctorVisit::Phase::Asking);
        watched.window.watch().setNodes({});
        QTRY_VERIFY(watched.channels.empty() || (watched.channels.size() == 1 && watched.channels[0] == &call));
    }

    void theLastTrialIsShown()
    {
        NodeRecord record;
        Report report = sampleReport("a");
        TrialReport trial;
        trial.outcome = TrialOutcome::Lost;
        trial.at = "nobody knows when";
        trial.why = "1 place lost answers";
        trial.left = 2;
        trial.rows.push_back({"pod-a", "10.96.0.10:53/udp", {8, 8, 0.4, 0.9}, {8, 0, {}, {}}, 8, ""});
        trial.rows.push_back({"node", "10.96.0.10:53/udp", {8, 8, 0.4, 0.9}, {8, 8, 0.25, 0.9}, 0, ""});
        trial.rows.push_back({"pod-b", "10.96.0.10:53/udp", {8, 0, {}, {}}, {8, 0, {}, {}}, 0, "nothing answers tracked"});
        report.trial = trial;
        record.report = std::make_shared<const Report>(report);
        KeyedTreeModel rows(trialTitles());
        rows.setRows(buildTrialRows(record));
        QCOMPARE(printModel(rows), QStringLiteral("nobody knows when: answers were lost |  |  |  |  | 1 place lost answers\n"
                                                  "  pod-a | 10.96.0.10:53/udp | 8 of 8, 0.4 ms | 0 of 8 | 8\n"
                                                  "  node | 10.96.0.10:53/udp | 8 of 8, 0.4 ms | 8 of 8, 0.3 ms | 0\n"
                                                  "  pod-b | 10.96.0.10:53/udp | 0 of 8 | 0 of 8 | 0 | nothing answers tracked\n"
                                                  "  … |  |  |  |  | 2 place(s) and service(s) take their turn in a later trial\n"));
        report.trial.reset();
        record.report = std::make_shared<const Report>(report);
        QVERIFY(buildTrialRows(record).empty());
    }
};

QTEST_MAIN(DoctorPageTest)
#include "doctor_page_test.moc"
