#include "core/report/prometheus.h"
#include "core/report/report_codec.h"
#include "tests/unit/golden.h"

#include <QTest>

using namespace notrack;

namespace
{

QString metricsOf(const Report& report)
{
    return QString::fromStdString(describeMetrics(report));
}

/// The lines of one metric, without those that explain it.
QStringList samplesOf(const Report& report, const QString& name)
{
    QStringList samples;
    for (const QString& line : metricsOf(report).split('\n')) {
        if (line.startsWith("dns_notrack_" + name + "{") || line.startsWith("dns_notrack_" + name + " "))
            samples += line;
    }
    return samples;
}

Report ruleReport(const std::vector<RuleReport>& rules)
{
    FamilyReport family;
    family.chains = {{"CHAIN", ItemState::Ok, std::nullopt, rules}};
    Report report;
    report.families = {family};
    return report;
}

} // namespace

class PrometheusTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void wholeReports_data()
    {
        QTest::addColumn<QString>("name");
        QTest::newRow("everything") << "full";
        QTest::newRow("nothing") << "empty";
    }

    void wholeReports()
    {
        QFETCH(const QString, name);
        const auto report = readReport(fileText(dataPath("reports/" + name + ".json")).toStdString());
        QVERIFY(report);
        const QString actual = metricsOf(*report);
        QCOMPARE(actual, goldenText(dataPath("metrics/" + name + ".prom"), actual));
    }

    /// Quotes, backslashes and line ends.
    void labelsAreEscaped()
    {
        Report report;
        report.findings = {{"a\"b\\c\nd", Severity::Warning, "", {}, {}, false}};
        QCOMPARE(samplesOf(report, "finding"),
                 QStringList{"dns_notrack_finding{id=\"a\\\"b\\\\c\\nd\",severity=\"warning\",waived=\"false\"} 1"});
    }

    /// A time series may be told only once, or the whole file is refused.
    void equalRulesShareOneSeries()
    {
        const Report report = ruleReport(
            {{"-j ONE", ItemState::Ok, 1, {1, 10}}, {"-j ONE", ItemState::Unexpected, 2, {2, 20}}, {"-j TWO", ItemState::Missing, {}, {}}});
        QCOMPARE(samplesOf(report, "rule_packets_total"),
                 QStringList{"dns_notrack_rule_packets_total{family=\"ipv4\",chain=\"CHAIN\",rule=\"-j ONE\"} 3"});
        QCOMPARE(samplesOf(report, "rule_bytes_total"),
                 QStringList{"dns_notrack_rule_bytes_total{family=\"ipv4\",chain=\"CHAIN\",rule=\"-j ONE\"} 30"});
    }

    void times_data()
    {
        QTest::addColumn<QString>("time");
        QTest::addColumn<QStringList>("expected");
        QTest::newRow("epoch") << "1970-01-01T00:00:00Z" << QStringList{"dns_notrack_last_run_timestamp_seconds{command=\"\"} 0"};
        QTest::newRow("leap day") << "2028-02-29T12:34:56Z"
                                  << QStringList{"dns_notrack_last_run_timestamp_seconds{command=\"\"} 1835440496"};
        QTest::newRow("no such day") << "2027-02-29T12:34:56Z" << QStringList();
        QTest::newRow("no time") << "yesterday" << QStringList();
    }

    void times()
    {
        QFETCH(const QString, time);
        Report report;
        report.time = time.toStdString();
        QTEST(samplesOf(report, "last_run_timestamp_seconds"), "expected");
    }

    void results_data()
    {
        QTest::addColumn<QString>("command");
        QTest::addColumn<NodeState>("state");
        QTest::addColumn<bool>("rolledBack");
        QTest::addColumn<bool>("failed");
        QTest::addColumn<QString>("expected");
        QTest::newRow("applied") << "apply" << NodeState::InSync << false << false << "done";
        QTest::newRow("refused") << "apply" << NodeState::Unsafe << false << false << "refused";
        QTest::newRow("status of an unsafe node") << "status" << NodeState::Unsafe << false << false << "done";
        QTest::newRow("rolled back") << "apply" << NodeState::Absent << true << false << "rolled-back";
        QTest::newRow("failed") << "apply" << NodeState::Error << false << true << "failed";
    }

    void results()
    {
        QFETCH(const QString, command);
        QFETCH(const NodeState, state);
        QFETCH(const bool, rolledBack);
        QFETCH(const bool, failed);
        Report report;
        report.command = command.toStdString();
        report.state = state;
        report.rolledBack = rolledBack;
        if (failed)
            report.error = Error{ErrorKind::Busy, "", ""};
        QFETCH(const QString, expected);
        QStringList ones = samplesOf(report, "last_run_result").filter(QStringLiteral("} 1"));
        QCOMPARE(ones, QStringList{"dns_notrack_last_run_result{command=\"" + command + "\",result=\"" + expected + "\"} 1"});
    }
};

QTEST_APPLESS_MAIN(PrometheusTest)
#include "prometheus_test.moc"
