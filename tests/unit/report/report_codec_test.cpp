#include "core/report/report_codec.h"
#include "tests/unit/golden.h"

#include <QTest>

#include <limits>

using namespace notrack;

namespace
{

FamilyReport fullFamily()
{
    FamilyReport family;
    family.family = Family::Ipv6;
    family.jumps = {{"PREROUTING", "NMANAGER_PREROUTING", ItemState::Misplaced, 3, {7, 490}},
                    {"OUTPUT", "NMANAGER_OUTPUT", ItemState::Missing, std::nullopt, {}}};
    ChainReport rules{"NMANAGER_NOT_DNS_PREROUTING", ItemState::Misplaced, "OLD", {}};
    rules.rules = {{"-d fd00::a/128 -p udp -m udp --dport 53 -j CT --notrack", ItemState::Ok, 1, {12, 840}},
                   {"-j ACCEPT", ItemState::Unexpected, 2, {std::numeric_limits<std::uint64_t>::max(), 1}}};
    family.chains = {rules, {"NMANAGER_PREROUTING", ItemState::Missing, std::nullopt, {}}};
    return family;
}

Report fullReport()
{
    Report report;
    report.node = "node-a";
    report.time = "2026-11-22T23:00:00Z";
    report.version = "0.1.0";
    report.command = "apply";
    report.backend = "iptables";
    report.backendReason = "kube-proxy's hint is in the legacy mangle table";
    report.profileName = "kubeadm";
    report.profileDigest = "fnv1a64:0123456789abcdef";
    report.state = NodeState::Unsafe;
    report.changed = true;
    report.rolledBack = true;
    report.verified = Verified{Proof::Probe, "2026-11-22T22:59:00Z", 2};
    report.waitsFor = "not-ipvs: the service is not there yet";
    report.retired = "2026-11-22T22:00:00Z";
    report.notes = {"an earlier run was ended before its verdict, which this run gave"};
    report.families = {FamilyReport{}, fullFamily()};
    report.diff = "--- kernel\n+++ profile\n+-A OUTPUT -j NMANAGER_OUTPUT\n";
    report.findings = {{"not-ipvs", Severity::Fatal, "The service is not in the IPVS table.", {"ipvsadm -Ln"}, {"apply elsewhere"}, true}};
    report.conntrack = ConntrackFigures{1, 262144, 3, 4, 5, 6};
    VirtualService service{*readAddress("10.96.0.10"), Port{53}, Protocol::Tcp, "rr", {}};
    service.realServers = {{*readAddress("fd00:244::5"), Port{5353}, "Masq", 1, 2, 3}};
    report.virtualServices = {service};
    report.trial = TrialReport{.outcome = TrialOutcome::Lost,
                               .at = "2026-11-26T12:00:00Z",
                               .why = "pod: tracked 8 of 8, untracked 0 of 8 (10.96.0.10:53/udp)",
                               .places = 1,
                               .packets = 64,
                               .left = 2,
                               .rows = {{"pod", "10.96.0.10:53/udp", {8, 8, 0.25, 1.5}, {8, 0, {}, {}}, 8, "Connection refused"}}};
    report.probe = ProbeReport{{{"node", "10.96.0.10", 2, 2, 0.25, 1.5, ""}}, {{"pod", "10.96.0.10", 2, 0, {}, {}, "timeout", 1}}};
    report.effect = Effect{{86400, 12, 3},
                           {3600, 1, 0},
                           LossesOver{3500, 0, 0},
                           5068,
                           EntriesCounted{"2026-11-26T10:00:00Z", 5000, 2400, 600},
                           EntriesCounted{"2026-11-27T10:00:00Z", 2000, 0, 3}};
    report.pod = PodView{*readAddress("10.244.1.5"), "pod-a", 3, {{"pod-a", "RcvbufErrors", 4}}};
    report.census = Census{20, 8, 9, 2, 3, {{"ESTABLISHED", 5}}, 1};
    report.losses = LossFigures{IpvsLoad{3000, 4096, 300, 900, 120, true, false},
                                {{"coredns", "RcvbufErrors", 4}},
                                {{"node", "ReasmFails", 5}},
                                {{"eth0", "conntrack_allowance_exceeded", 6}},
                                7};
    report.causes = {{"ipvs-table", 8, "IPVS is dropping.", {"3000 entries"}, Cure::Other, {"ipvsadm --set 0 0 30"}}};
    report.timings = {{"read", 0.5}, {"commit", 12}};
    report.error = Error{ErrorKind::Busy, "the lock is held", "/run/xtables.lock"};
    return report;
}

QString indented(const Report& report)
{
    return QString::fromStdString(writeReportIndented(report)) + "\n";
}

/// The report that was read, or what was wrong.
QString outcome(const std::string& json)
{
    const Result<Report> report = readReport(json);
    return report ? indented(*report) : QString::fromStdString(toText(report.error()));
}

/// JSON that is easy to read here: with ' for ". (moc of Qt 6.4 does not get past raw strings.)
std::string quoted(std::string text)
{
    std::replace(text.begin(), text.end(), '\'', '"');
    return text;
}

/// A report that holds only `fields`.
std::string reportWith(const std::string& fields)
{
    return quoted("{'schema':'dns-notrack/report/v1'," + fields + "}");
}

std::string repeated(const std::string& text, int count)
{
    return QByteArray::fromStdString(text).repeated(count).toStdString();
}

/// `count` objects or numbers, as a list.
std::string listOf(const std::string& item, int count)
{
    return "[" + repeated(item + ",", count - 1) + item + "]";
}

} // namespace

class ReportCodecTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void roundTrip()
    {
        const Report report = fullReport();
        QCOMPARE(outcome(writeReport(report)), indented(report));
        QCOMPARE(outcome(writeReportIndented(report)), indented(report));
        QVERIFY(*readReport(writeReport(report)) == report);
        QVERIFY(*readReport(writeReport(Report{})) == Report{});
    }

    /// The wire format itself: a change here is a change for every viewer out there.
    void wireFormat()
    {
        QCOMPARE(indented(fullReport()), goldenText(dataPath("reports/full.json"), indented(fullReport())));
        QCOMPARE(indented(Report{}), goldenText(dataPath("reports/empty.json"), indented(Report{})));
    }

    void oneLineOfAscii()
    {
        Report report;
        report.node = "nöde\x80\xff\n";
        report.diff = "a\nb";
        report.timings = {{"read", std::numeric_limits<double>::quiet_NaN()}};
        const std::string json = writeReport(report);
        QVERIFY(std::all_of(json.begin(), json.end(), [](char c) { return c >= ' ' && c <= '~'; }));
        QCOMPARE(QString::fromStdString(readReport(json)->node), QStringLiteral("nöde\ufffd\ufffd"));
    }

    void reads_data()
    {
        QTest::addColumn<QByteArray>("fields");
        QTest::addColumn<QByteArray>("sameAs");
        QTest::newRow("fields of a newer version")
            << QByteArray("'node':'a','mood':{'x':[1,{}]},'families':[{'colour':1}]") << QByteArray("'node':'a','families':[{}]");
        QTest::newRow("missing fields") << QByteArray("'probe':{},'error':{}")
                                        << QByteArray("'probe':{'before':[],'after':[]},'error':{'kind':'failed'}");
        QTest::newRow("controls") << QByteArray("'node':'a\\u001b[31m\\u0000\\u007f\\u009b\\u202e\\u2066\\u2028b\\n'")
                                  << QByteArray("'node':'a[31mb'");
        QTest::newRow("newlines in the diff") << QByteArray("'diff':'a\\nb\\r\\t\\u001bc'") << QByteArray("'diff':'a\\nbc'");
        QTest::newRow("long text") << "'node':'" + QByteArray("\xc3\xa4").repeated(4000) + "'"
                                   << "'node':'" + QByteArray("\xc3\xa4").repeated(2048) + "'";
        QTest::newRow("the later of two") << QByteArray("'node':'a','node':'b'") << QByteArray("'node':'b'");
    }

    void reads()
    {
        QFETCH(QByteArray, fields);
        QFETCH(QByteArray, sameAs);
        QCOMPARE(outcome(reportWith(fields.toStdString())), outcome(reportWith(sameAs.toStdString())));
        QVERIFY(readReport(reportWith(fields.toStdString())).has_value());
    }

    void refusesFields_data()
    {
        QTest::addColumn<QByteArray>("fields");
        QTest::addColumn<QString>("problem");
        const auto row = [](const char* fields, const char* problem) { QTest::newRow(problem) << QByteArray(fields) << QString(problem); };
        row("'node':1", "node: must be text");
        row("'node':null", "node: must be text");
        row("'changed':0", "changed: must be true or false");
        row("'profile':[]", "profile: must be an object");
        row("'profile':{'digest':{}}", "profile.digest: must be text");
        row("'families':{}", "families: must be a list");
        row("'families':[0]", "families[0]: must be an object");
        row("'families':[{},{},{}]", "families: holds more than 2 items");
        row("'families':[{'family':'ipx'}]", "families[0].family: must be one of ipv4, ipv6");
        row("'state':'fine'", "state: must be one of in-sync, drifted, absent, unsafe, error");
        row("'families':[{},{'chains':[{'rules':[{},{'packets':-1}]}]}]",
            "families[1].chains[0].rules[1].packets: must be a whole number from 0 to 18446744073709551615");
        row("'families':[{'jumps':[{'bytes':18446744073709551616}]}]",
            "families[0].jumps[0].bytes: must be a whole number from 0 to 18446744073709551615");
        row("'families':[{'jumps':[{'position':4294967296}]}]",
            "families[0].jumps[0].position: must be a whole number from 0 to 4294967295");
        row("'families':[{'jumps':[{'position':1.5}]}]", "families[0].jumps[0].position: must be a whole number from 0 to 4294967295");
        row("'ipvs':[{'port':65536}]", "ipvs[0].port: must be a whole number from 0 to 65535");
        row("'ipvs':[{'real_servers':[{'address':'10.0.0.256'}]}]", "ipvs[0].real_servers[0].address: must be an IPv4 or IPv6 address");
        row("'ipvs':[{'address':7}]", "ipvs[0].address: must be an IPv4 or IPv6 address");
        row("'findings':[{'evidence':['a',{}]}]", "findings[0].evidence[1]: must be text");
        row("'findings':[{'severity':'Fatal'}]", "findings[0].severity: must be one of info, warning, fatal");
        row("'timings':[{'ms':-0.5}]", "timings[0].ms: must be a number, not below 0");
        row("'error':{'kind':'odd'}", "error.kind: must be one of failed, usage, bad-profile, no-backend, busy, conflict, not-permitted");
        row("'error':null", "error: must be an object");
    }

    void refusesFields()
    {
        QFETCH(QByteArray, fields);
        QFETCH(QString, problem);
        QCOMPARE(outcome(reportWith(fields.toStdString())), problem);
    }

    void refusesDocuments_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("problem");
        const auto row = [](const char* name, const std::string& json, const char* problem) {
            QTest::newRow(name) << QByteArray::fromStdString(json) << QString(problem);
        };
        const char* understood = "; this program understands dns-notrack/report/v1";
        row("nothing", "", "report: this is no JSON: it goes wrong at byte 1");
        row("noise", "Welcome to node-a!\n", "report: this is no JSON: it goes wrong at byte 1");
        row("cut off", "{'schema':", "report: this is no JSON: it goes wrong at byte 11");
        row("two documents", "{}{}", "report: this is no JSON: it goes wrong at byte 3");
        row("no UTF-8", "{'schema':'\xc0\x80'}", "report: this is no JSON: it goes wrong at byte 12");
        row("half a surrogate pair", "{'schema':'\\ud800'}", "report: this is no JSON: it goes wrong at byte 18");
        row("figure out of range", "{'x':1e999}", "report: this is no JSON: it goes wrong at byte 10");
        row("a list", "[]", "report: must be an object");
        row("no schema", "{}", QByteArray("schema: must name the schema of the report").append(understood).constData());
        row("newer schema", "{'schema':'dns-notrack/report/v2\\u001b'}",
            QByteArray("schema: the report has the schema \"dns-notrack/report/v2\"").append(understood).constData());
        row("deep list", reportWith("'x':" + std::string(100000, '[')), "report: it is nested deeper than 16 levels");
        row("deep object", repeated("{'a':", 100000), "report: it is nested deeper than 16 levels");
        row("many values", reportWith("'x':" + listOf("0", 500001)), "report: there are more than 500000 values");
        std::string keys = "'k0':0";
        for (int i = 1; i < 129; ++i)
            keys += ",'k" + std::to_string(i) + "':0";
        row("many keys", "{" + keys + "}", "report: an object has more than 128 keys");
        row("many rules", reportWith("'families':[{'chains':[{'rules':" + listOf("{}", 10001) + "}]}]"),
            "families[0].chains[0].rules: holds more than 10000 items");
        row("many chains", reportWith("'families':[{'chains':" + listOf("{}", 65) + "}]"), "families[0].chains: holds more than 64 items");
        row("many findings", reportWith("'findings':" + listOf("{}", 257)), "findings: holds more than 256 items");
        row("long", std::string(longestReport + 1, ' '), "report: it is longer than 8388608 bytes");
    }

    void refusesDocuments()
    {
        QFETCH(QByteArray, json);
        QFETCH(QString, problem);
        QCOMPARE(outcome(quoted(json.toStdString())), problem);
    }

    /// The same files as the schema's test has.
    void badFiles_data()
    {
        QTest::addColumn<QString>("path");
        for (const QFileInfo& entry : QDir(dataPath("bad-reports")).entryInfoList({"*.json"}, QDir::Files))
            QTest::newRow(qPrintable(entry.fileName())) << entry.filePath();
    }

    void badFiles()
    {
        QFETCH(QString, path);
        QVERIFY(!readReport(fileText(path).toStdString()));
    }

    void everyBeginningIsRefused()
    {
        const std::string json = writeReport(fullReport());
        for (std::size_t length = 0; length < json.size(); ++length)
            QVERIFY(!readReport(std::string_view(json).substr(0, length)));
    }
};

QTEST_APPLESS_MAIN(ReportCodecTest)
#include "report_codec_test.moc"
