#include "core/linux/captured_node.h"
#include "core/linux/redacted_capture.h"
#include "core/report/capture_codec.h"
#include "tests/unit/golden.h"

#include <QTest>

using namespace notrack;

/// Captures of nodes, each with what a check of its own profile said there.
class CapturedNodesTest : public QObject
{
    Q_OBJECT

private:
    static QString judge(const Capture& capture, const Profile& profile)
    {
        const auto node = CapturedNode::open(capture, profile.backend, profile.chainPrefix);
        if (!node)
            return QString::fromStdString(toText(node.error()));
        const Report report = (*node)->run({.intent = Intent::Apply, .mode = Mode::Check, .profile = profile});
        std::string text = std::string(toText(report.state)) + "\n";
        for (const Finding& finding : report.findings) {
            text += "\n" + std::string(toText(finding.severity)) + " " + finding.id + (finding.waived ? " (waived)" : "") + "\n";
            for (const std::string& line : finding.evidence)
                text += "  found: " + line + "\n";
            for (const std::string& line : finding.advice)
                text += "  to do: " + line + "\n";
        }
        return QString::fromStdString(text + "\n" + report.diff);
    }

private Q_SLOTS:
    void captures_data()
    {
        QTest::addColumn<QString>("path");
        const QDir folder(dataPath("captures"));
        for (const QString& name : folder.entryList({"*.json"}, QDir::Files))
            QTest::newRow(qPrintable(name)) << folder.filePath(name);
    }

    void captures()
    {
        QFETCH(QString, path);
        const Result<Capture> capture = readCapture(fileText(path).toStdString());
        QVERIFY2(capture, capture ? "" : toText(capture.error()).c_str());
        const Result<Profile> profile = capturedProfile(*capture);
        QVERIFY2(profile, profile ? "" : toText(profile.error()).c_str());
        const QString actual = judge(*capture, *profile);
        QCOMPARE(actual, goldenText(path.chopped(5) + ".txt", actual));
    }
};

QTEST_APPLESS_MAIN(CapturedNodesTest)
#include "captured_nodes_test.moc"
