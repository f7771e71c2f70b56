#include "gui/model/conntrack_rows.h"
#include "gui/model/export.h"
#include "gui/model/fleet_filter.h"
#include "gui/model/keyed_tree_model.h"
#include "gui/model/node_pages.h"
#include "gui/model/remedy.h"
#include "tests/gui/sample_fleet.h"

#include <QAbstractItemModelTester>
#include <QJsonDocument>
#include <QSignalSpy>
#include <QTest>

using namespace notrack;
using namespace notrack::gui;

namespace
{

constexpr auto failOnError = QAbstractItemModelTester::FailureReportingMode::QtTest;

/// The columns that do not depend on the time of day.
QString printed(const QAbstractItemModel& model)
{
    QStringList lines;
    for (int row = 0; row < model.rowCount(); ++row) {
        QStringList cells;
        for (int column = 0; column < FleetModel::SinceWhen; ++column) {
            cells.append(model.index(row, column).data().toString());
        }
        lines.append(cells.join(QLatin1Char('|')));
    }
    return lines.join(QLatin1Char('\n'));
}

} // namespace

class ModelTest : public QObject
{
    Q_OBJECT

private slots:
    void fleetMergesByName()
    {
        FleetModel fleet;
        FleetFilter filter(&fleet);
        const QAbstractItemModelTester fleetTester(&fleet, failOnError);
        const QAbstractItemModelTester filterTester(&filter, failOnError);
        fleet.setNodes({node(QStringLiteral("n10"), {QStringLiteral("edge")}), node(QStringLiteral("n9")), node(QStringLiteral("gone"))});
        filter.sort(FleetModel::Node);
        report(fleet, QStringLiteral("n9"), sampleReport("n9", 100), 1000);
        report(fleet, QStringLiteral("n10"), driftedReport("n10", 100), 1000);
        const QPersistentModelIndex kept = filter.index(2, 0);
        fleet.setNodes({node(QStringLiteral("n9")), node(QStringLiteral("n10"), {QStringLiteral("core")}), node(QStringLiteral("n1"))});
        report(fleet, QStringLiteral("n9"), sampleReport("n9", 150), 6000);
        QCOMPARE(printed(filter), QStringLiteral("n1||connecting||–|–|–|–\n"
                                                 "n9||in sync, not verified|kubeadm|40|1.0|50.0 %|0\n"
                                                 "n10|core|drifted|kubeadm|–|–|50.0 %|1"));
        QCOMPARE(kept.data().toString(), QStringLiteral("n10"));
        filter.sort(FleetModel::State, Qt::DescendingOrder);
        QCOMPARE(filter.index(0, 0).data().toString(), QStringLiteral("n10"));
        filter.setText(QStringLiteral("KUBE sync"));
        QCOMPARE(filter.rowCount(), 1);
        filter.setText({});
        filter.setStates({RowState::Drifted, RowState::Connecting});
        QCOMPARE(filter.rowCount(), 2);
        filter.setGroup(QStringLiteral("core"));
        QCOMPARE(filter.rowCount(), 1);
        QCOMPARE(fleet.counts().at(static_cast<std::size_t>(RowState::Drifted)).now, 1);
        QCOMPARE(fleet.groups(), QStringList{QStringLiteral("core")});
    }

    void statesComeFromLinkAndReport()
    {
        FleetModel fleet;
        fleet.setNodes({node(QStringLiteral("a"))});
        QSignalSpy worsened(&fleet, &FleetModel::nodeWorsened);
        const auto state = [&fleet] { return stableName(fleet.record(0).state()); };
        QCOMPARE(state(), QStringLiteral("connecting"));
        report(fleet, QStringLiteral("a"), sampleReport("a"), 1000);
        QCOMPARE(state(), QStringLiteral("in-sync"));
        QCOMPARE(worsened.count(), 0);
        fleet.takeLink(QStringLiteral("a"), {LinkPhase::Waiting, LinkProblem::Unreachable, QStringLiteral("refused"), steadyNow() + 9500});
        QCOMPARE(state(), QStringLiteral("unreachable"));
        QCOMPARE(worsened.count(), 1);
        QCOMPARE(fleet.index(0, FleetModel::Note).data().toString(), QStringLiteral("refused; next try in 9 s"));
        QCOMPARE(fleet.index(0, FleetModel::StaleRole).isValid(), false);
        QVERIFY(fleet.index(0, FleetModel::Age).data(FleetModel::StaleRole).toBool());
        fleet.takeLink(QStringLiteral("a"), {LinkPhase::Connecting, LinkProblem::Unreachable, QStringLiteral("refused"), 0});
        QCOMPARE(state(), QStringLiteral("unreachable"));
        report(fleet, QStringLiteral("a"), driftedReport("a"), steadyNow());
        QCOMPARE(state(), QStringLiteral("drifted"));
        QCOMPARE(worsened.count(), 1); // better than unreachable
        fleet.takeLink(QStringLiteral("a"), {LinkPhase::Waiting, LinkProblem::BadReport, QStringLiteral("bad"), 0});
        QCOMPARE(state(), QStringLiteral("error"));
        fleet.takeLink(QStringLiteral("a"), {});
        QCOMPARE(state(), QStringLiteral("paused"));
    }

    void onlyNotrackRulesUntrack()
    {
        Report value = driftedReport("a", 0);
        NodeHistory history;
        history.take(value, 1000, 20'000);
        value.families[0].chains[0].rules[2].counters.packets += 500; // somebody's ACCEPT
        value.families[0].chains[0].rules[0].counters.packets += 50;
        history.take(value, 6000, 20'000);
        QCOMPARE(history.latest()->untracked, std::optional<float>(10.0F));
    }

    void nodesLeaveInAnyOrder()
    {
        FleetModel fleet;
        FleetFilter filter(&fleet);
        const QAbstractItemModelTester fleetTester(&fleet, failOnError);
        const QAbstractItemModelTester filterTester(&filter, failOnError);
        std::vector<NodeEntry> all;
        std::vector<NodeEntry> some;
        for (int number = 0; number < 50; ++number) {
            all.push_back(node(QStringLiteral("n%1").arg(number)));
            if (number % 7 < 3) {
                some.push_back(all.back());
            }
        }
        fleet.setNodes(all);
        fleet.setNodes(some);
        QCOMPARE(fleet.rowCount(), static_cast<int>(some.size()));
        for (const NodeEntry& entry : some) {
            QCOMPARE(fleet.record(fleet.rowOf(entry.name)).entry.name, entry.name);
        }
        QCOMPARE(fleet.rowOf(QStringLiteral("n3")), -1);
        fleet.setNodes({});
        QCOMPARE(fleet.rowCount(), 0);
    }

    void resetsAreNoSpikes()
    {
        NodeHistory history;
        history.take(sampleReport("a", 1'000'000), 1000, 20'000);
        QVERIFY(!history.latest()->untracked);
        history.take(sampleReport("a", 1'000'100), 6000, 20'000);
        QCOMPARE(*history.latest()->untracked, 80.0F);       // four rules, 100 packets each, 5 s
        history.take(sampleReport("a", 50), 11'000, 20'000); // the node started anew
        QVERIFY(!history.latest()->untracked && !history.latest()->insertFailed);
        history.take(sampleReport("a", 150), 16'000, 20'000);
        QCOMPARE(*history.latest()->untracked, 80.0F);
        history.take(sampleReport("a", 9'000'000), 90'000, 20'000); // after a long silence
        QVERIFY(!history.latest()->untracked);
        for (int second = 0; second < 1000; ++second) {
            history.take(sampleReport("a", 9'000'000), 91'000 + second * 1000, 20'000);
        }
        QCOMPARE(history.samples().size(), NodeHistory::mostSamples);
        QCOMPARE(history.latest()->untracked, std::optional<float>(0.0F));
    }

    void treesMergeByKey()
    {
        KeyedTreeModel model({QStringLiteral("One"), QStringLiteral("Two")});
        const QAbstractItemModelTester tester(&model, failOnError);
        const auto row = [](const QString& key, const QString& cell, std::vector<TreeRow> children = {}) {
            return TreeRow{key, {key, cell}, RowMark::None, {}, std::move(children)};
        };
        const QString a = QStringLiteral("a");
        const QString b = QStringLiteral("b");
        const QString c = QStringLiteral("c");
        model.setRows({row(a, {}, {row(b, QStringLiteral("1")), row(c, QStringLiteral("2"))}), row(b, {})});
        const QPersistentModelIndex kept = model.index(1, 0, model.index(0, 0));
        QSignalSpy removed(&model, &QAbstractItemModel::rowsRemoved);
        model.setRows({row(c, {}), row(b, {}),
                       row(a, {}, {row(c, QStringLiteral("3")), row(b, QStringLiteral("1")), row(b, QStringLiteral("twin"))})});
        QCOMPARE(printModel(model), QStringLiteral("c\nb\na\n  c | 3\n  b | 1\n  b | twin\n"));
        QCOMPARE(kept.data().toString(), c);
        QCOMPARE(kept.sibling(kept.row(), 1).data().toString(), QStringLiteral("3"));
        QCOMPARE(removed.count(), 0);
        model.setRows({});
        QCOMPARE(model.rowCount(), 0);
    }

    void pages()
    {
        FleetModel fleet;
        fleet.setNodes({node(QStringLiteral("a"))});
        report(fleet, QStringLiteral("a"), driftedReport("a", 100), 1000);
        report(fleet, QStringLiteral("a"), driftedReport("a", 150), 6000);
        KeyedTreeModel rules(ruleTitles());
        const QAbstractItemModelTester tester(&rules, failOnError);
        rules.setRows(buildRuleRows(fleet.record(0)));
        QCOMPARE(
            printModel(rules).section(QLatin1Char('\n'), 0, 5),
            QStringLiteral(
                "IPv4\n  PREROUTING → NMANAGER_PREROUTING | ok, at 1 | 150 | 10,500 | 10 | 700\n  NMANAGER_NOT_DNS_PREROUTING | ok\n"
                "    -s 10.244.0.0/16 -d 10.96.0.10/32 -p udp -m udp --dport 53 -m addrtype ! --src-type LOCAL -j CT --notrack | ok | 150 "
                "| 10,500 | 10 | 700\n"
                "    -s 10.244.0.0/16 -d 10.244.0.0/16 -p udp -m udp --dport 53 -m addrtype ! --src-type LOCAL -j CT --notrack | missing\n"
                "    -p udp -j ACCEPT | unexpected | 7 | 490 | 0 | 0"));
        KeyedTreeModel findings(findingTitles());
        const QAbstractItemModelTester findingTester(&findings, failOnError);
        findings.setRows(buildFindingRows(fleet.record(0)));
        QCOMPARE(printModel(findings), QStringLiteral("other-notrack: somebody else's rule does the same | warning\n  What was found\n"
                                                      "    -A PREROUTING -j CT --notrack\n  What to do\n    remove it\n"));
        KeyedTreeModel services(serviceTitles());
        const QAbstractItemModelTester serviceTester(&services, failOnError);
        services.setRows(buildServiceRows(fleet.record(0)));
        QCOMPARE(printModel(services), QStringLiteral("UDP 10.96.0.10:53 | rr\n  10.244.1.2:53 | Masq | 1 | 0 | 12\n"));
        QVERIFY(diffText(fleet.record(0)).startsWith(QStringLiteral("--- found")));
        QVERIFY(rawText(*fleet.record(0).report).contains(QStringLiteral("\"node\": \"a\"")));
        QVERIFY(!buildConntrackRows(fleet.record(0)).empty());
        QVERIFY(!buildProfileRows(fleet.record(0)).empty());
    }

    /// What the chart draws is told beside it, too.
    void everyFigureOfConntrackHasARate()
    {
        FleetModel fleet;
        fleet.setNodes({node(QStringLiteral("a"))});
        Report value = sampleReport("a");
        const auto figures = [&] {
            KeyedTreeModel rows(conntrackTitles());
            rows.setRows(buildConntrackRows(fleet.record(0)));
            return printModel(rows).section(QLatin1Char('\n'), 3, 6);
        };
        value.conntrack = ConntrackFigures{10, 1000, 100, 200, 300, 400};
        report(fleet, QStringLiteral("a"), value, 1000);
        QCOMPARE(figures(),
                 QStringLiteral("Insert failed | 100 | –\nDropped | 200 | –\nDropped early | 300 | –\nClashes resolved | 400 | –"));
        value.conntrack = ConntrackFigures{10, 1000, 105, 210, 320, 450};
        report(fleet, QStringLiteral("a"), value, 6000);
        QCOMPARE(figures(),
                 QStringLiteral("Insert failed | 105 | 1.0\nDropped | 210 | 2.0\nDropped early | 320 | 4.0\nClashes resolved | 450 | 10"));
        value.conntrack = ConntrackFigures{10, 1000, 105, 210, 320, 0}; // loaded anew
        report(fleet, QStringLiteral("a"), value, 11'000);
        QVERIFY(figures().endsWith(QStringLiteral("Clashes resolved | 0 | –")));
    }

    void whatTheRulesChangedAndThatANodeIsRetired()
    {
        Report value = sampleReport("a");
        value.conntrack = ConntrackFigures{.entries = 10, .max = 1000};
        value.effect = Effect{.before = {86400, 12, 3},
                              .since = {5400, 1, 0},
                              .lately = LossesOver{3600, 1, 0},
                              .packets = 5068,
                              .countedBefore = EntriesCounted{"2026-11-26T10:00:00Z", 5000, 2400, 600},
                              .countedSince = EntriesCounted{"2026-11-27T10:00:00Z", 2000, 0, 3}};
        FleetModel fleet;
        fleet.setNodes({node(QStringLiteral("a"))});
        report(fleet, QStringLiteral("a"), value, 1000);
        KeyedTreeModel figures(conntrackTitles());
        const QAbstractItemModelTester tester(&figures, failOnError);
        figures.setRows(buildConntrackRows(fleet.record(0)));
        QCOMPARE(printModel(figures).section(QLatin1Char('\n'), 7), QStringLiteral("Insert failed before the rules | 12 in 24.0 h\n"
                                                                                   "Insert failed since | 1 in 1.5 h\n"
                                                                                   "Dropped before the rules | 3 in 24.0 h\n"
                                                                                   "Dropped since | 0 in 1.5 h\n"
                                                                                   "Insert failed lately | 1 in 1.0 h\n"
                                                                                   "Dropped lately | 0 in 1.0 h\n"
                                                                                   "Packets that the rules counted | 5,068\n"
                                                                                   "Entries of DNS without the rules | 2,400 of 5,000\n"
                                                                                   "Entries of tunnels without the rules | 600 of 5,000\n"
                                                                                   "Entries of DNS with the rules | 0 of 2,000\n"
                                                                                   "Entries of tunnels with the rules | 3 of 2,000\n"));
        value.state = NodeState::Absent;
        value.effect.reset();
        value.retired = "2026-11-27T06:00:00Z";
        report(fleet, QStringLiteral("a"), value, 2000);
        QCOMPARE(buildConntrackRows(fleet.record(0)).size(), std::size_t{7});
        KeyedTreeModel profile(profileTitles());
        profile.setRows(buildProfileRows(fleet.record(0)));
        QVERIFY(printModel(profile).contains(
            QStringLiteral("Retired | since 2026-11-27T06:00:00Z, by dns-notrack retire: no unattended run applies anything\n")));
        QCOMPARE(fleet.record(0).note(2000), QStringLiteral("retired since 2026-11-27T06:00:00Z"));
        QCOMPARE(remedy(fleet.record(0), {}).cause,
                 QStringLiteral("The node is retired: its rules were taken out before it leaves IPVS. This ends it:"));
    }

    void hostileTextStaysText()
    {
        const std::string hostile = std::string("<img src=x>\x1b[31m\n\xe2\x80\xae") + std::string(2000, 'x');
        Report value = sampleReport("a");
        value.profileName = hostile;
        value.families[0].chains[0].rules[0].text = hostile;
        FleetModel fleet;
        fleet.setNodes({node(QStringLiteral("a"))});
        report(fleet, QStringLiteral("a"), value, 1000);
        const QString profile = fleet.index(0, FleetModel::Profile).data().toString();
        QVERIFY(profile.startsWith(QStringLiteral("<img src=x> [31m")));
        QVERIFY(profile.size() <= 102);
        KeyedTreeModel rules(ruleTitles());
        rules.setRows(buildRuleRows(fleet.record(0)));
        const QModelIndex rule = rules.index(0, 0, rules.index(1, 0, rules.index(0, 0)));
        QVERIFY(rule.data().toString().size() <= 502);
        QVERIFY(rule.data(Qt::ToolTipRole).toString().startsWith(QStringLiteral("&lt;img")));
        QVERIFY(!rawText(*fleet.record(0).report).contains(QChar(0x202e)));
    }

    void longTextIsCutAndSaysSo()
    {
        QCOMPARE(safeText(QStringLiteral("abc")), QStringLiteral("abc"));
        const QString cut = safeText(QString(200'000, QLatin1Char('x')));
        QVERIFY(cut.size() < 132'000);
        QVERIFY(cut.endsWith(QStringLiteral("… cut after 128 KiB; an export of the reports has all of it")));
    }

    void logIsBounded()
    {
        FleetModel fleet;
        fleet.setNodes({node(QStringLiteral("a"))});
        for (int line = 0; line < 1000; ++line) {
            fleet.takeLog(QStringLiteral("a"), QStringLiteral("line %1").arg(line));
        }
        QCOMPARE(fleet.record(0).log.size(), NodeRecord::mostLogLines);
    }

    void logFoldsRepeats()
    {
        NodeRecord record;
        const QDateTime start(QDate(2026, 1, 31), QTime(2, 0));
        for (int attempt = 0; attempt < 3; ++attempt) {
            addLogLine(record, QStringLiteral("connecting"), start.addSecs(60 * attempt));
            addLogLine(record, QStringLiteral("refused"), start.addSecs(60 * attempt + 1));
        }
        addLogLine(record, QStringLiteral("connected"), start.addSecs(200));
        QStringList lines;
        for (const LogLine& line : record.log) {
            lines.append(logText(line));
        }
        QCOMPARE(lines.join(QLatin1Char('\n')), QStringLiteral("2026-01-31 02:02:00 connecting (3 time(s) since 2026-01-31 02:00:00)\n"
                                                               "2026-01-31 02:02:01 refused (3 time(s) since 2026-01-31 02:00:01)\n"
                                                               "2026-01-31 02:03:20 connected"));
    }

    void exports()
    {
        FleetModel fleet;
        fleet.setNodes({node(QStringLiteral("=a,\"b\""), {QStringLiteral("x"), QStringLiteral("y")})});
        report(fleet, QStringLiteral("=a,\"b\""), sampleReport("a"), 1000);
        QCOMPARE(toCsv(fleet, {FleetModel::Node, FleetModel::Groups, FleetModel::State}),
                 QByteArray("Node,Groups,State\r\n\"'=a,\"\"b\"\"\",\"x, y\",\"in sync, not verified\"\r\n"));
        QCOMPARE(toTabbedText(fleet, {0}, {FleetModel::State, FleetModel::Profile}), QStringLiteral("in sync, not verified\tkubeadm"));
        const QJsonDocument document = QJsonDocument::fromJson(toJson(exportedNodes(fleet)));
        QCOMPARE(document[QStringLiteral("nodes")][0][QStringLiteral("report")][QStringLiteral("node")].toString(), QStringLiteral("a"));
    }
};

QTEST_GUILESS_MAIN(ModelTest)
#include "model_test.moc"
