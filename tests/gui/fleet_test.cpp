#include "gui/model/causes.h"
#include "gui/model/fleet_figure.h"
#include "gui/model/keyed_tree_model.h"
#include "gui/model/node_comparison.h"
#include "tests/gui/sample_fleet.h"

#include <QTest>

using namespace notrack;
using namespace notrack::gui;

namespace
{

QString printed(const std::vector<TreeRow>& rows)
{
    KeyedTreeModel model({QStringLiteral("a"), QStringLiteral("b"), QStringLiteral("c")});
    model.setRows(rows);
    return printModel(model);
}

std::vector<const NodeRecord*> all(const FleetModel& fleet)
{
    std::vector<const NodeRecord*> nodes;
    for (int row = 0; row < fleet.rowCount(); ++row) {
        nodes.push_back(&fleet.record(row));
    }
    return nodes;
}

Report timely(Report value, qint64 ahead = 0)
{
    value.time = QDateTime::currentDateTimeUtc().addSecs(ahead).toString(Qt::ISODate).toStdString();
    return value;
}

LinkState refused(const QString& address)
{
    return {LinkPhase::Waiting, LinkProblem::Unreachable,
            QStringLiteral("ssh: connect to host %1 port 22: Connection refused").arg(address), 0, 0};
}

/// Five nodes: three alike, one of another version and profile, two years back, and one that nobody reaches.
void fill(FleetModel& fleet)
{
    fleet.setNodes({node(QStringLiteral("a"), {QStringLiteral("core")}), node(QStringLiteral("b")), node(QStringLiteral("c")),
                    node(QStringLiteral("odd")), node(QStringLiteral("x")), node(QStringLiteral("y"))});
    for (const char* name : {"a", "b", "c"}) {
        report(fleet, QString::fromLatin1(name), timely(sampleReport(name)), steadyNow());
    }
    Report odd = timely(sampleReport("odd"), -2 * 365 * 86'400);
    odd.version = "0.0.9";
    odd.profileDigest = "fnv1a64:0000000000000000";
    report(fleet, QStringLiteral("odd"), odd, steadyNow());
    fleet.takeLink(QStringLiteral("x"), refused(QStringLiteral("10.0.0.1")));
    fleet.takeLink(QStringLiteral("y"), refused(QStringLiteral("10.0.0.2")));
    fleet.judgeNorm();
    fleet.flush();
}

} // namespace

class FleetTest : public QObject
{
    Q_OBJECT

private slots:
    void nodesArePutTogether()
    {
        FleetModel fleet;
        fill(fleet);
        QCOMPARE(
            printed(buildCauseRows(all(fleet), Grouping::Cause)),
            QStringLiteral(
                "unreachable: ssh: connect to host … port …: Connection refused | 2 node(s)\n  x | unreachable\n  y | unreachable\n"
                "in sync: not verified: nobody has shown yet that DNS works with these rules | 4 node(s)\n  a | in sync, not verified\n"
                "  b | in sync, not verified\n  c | in sync, not verified\n  odd | in sync, not verified\n"));
        const auto versions = buildCauseRows(all(fleet), Grouping::Version);
        QCOMPARE(printed(versions).remove(QStringLiteral(", not verified")),
                 QStringLiteral("0.1.0 | 3 node(s)\n  a | in sync\n  b | in sync\n  c | in sync\nno report yet | 2 node(s), unlike most\n"
                                "  x | unreachable\n  y | unreachable\n0.0.9 | 1 node(s), unlike most\n  odd | in sync\n"));
        QCOMPARE(versions.back().mark, RowMark::Warning);
        const auto rows = [&](Grouping grouping) {
            QStringList keys;
            for (const TreeRow& row : buildCauseRows(all(fleet), grouping)) {
                keys.append(row.key);
            }
            return keys.join(QLatin1Char('|'));
        };
        QCOMPARE(rows(Grouping::Group), QStringLiteral("no group|core"));
        QCOMPARE(rows(Grouping::Finding), QStringLiteral("no findings|no report yet"));
        QCOMPARE(rows(Grouping::Clock), QStringLiteral("right|no report yet|17520 h behind"));
        QCOMPARE(rows(Grouping::Backend), QStringLiteral("iptables|no report yet"));
        QVERIFY(buildCauseRows({}, Grouping::Cause).empty());
    }

    void whatAllSayAlikeKeepsItsFigures()
    {
        FleetModel fleet;
        fill(fleet);
        fleet.takeLink(QStringLiteral("y"), refused(QStringLiteral("10.0.0.1"))); // an alias of the same machine
        const QString first = buildCauseRows(all(fleet), Grouping::Cause).front().cells.constFirst();
        QCOMPARE(first, QStringLiteral("unreachable: ssh: connect to host 10.0.0.1 port 22: Connection refused"));
    }

    /// Thousands of reports that change figures only must not sort the table again, which is sorted by state.
    void figuresAreToldAlone()
    {
        FleetModel fleet;
        fill(fleet);
        QStringList told;
        connect(&fleet, &FleetModel::dataChanged, this, [&told](const QModelIndex& first, const QModelIndex& last) {
            told.append(QStringLiteral("%1-%2 from %3").arg(first.row()).arg(last.row()).arg(first.column() == 0 ? "all" : "figures"));
        });
        fleet.takeReport(QStringLiteral("a"), receivedAt(timely(sampleReport("a", 2'000)), steadyNow()));
        fleet.takeLink(QStringLiteral("x"), refused(QStringLiteral("10.0.0.3")));
        Report worse = timely(sampleReport("b"));
        worse.state = NodeState::Unsafe;
        fleet.takeReport(QStringLiteral("b"), receivedAt(worse, steadyNow()));
        fleet.flush();
        QCOMPARE(told, (QStringList{QStringLiteral("0-0 from figures"), QStringLiteral("1-1 from all"), QStringLiteral("4-4 from all")}));
    }

    void whoIsUnlikeMostSaysSo()
    {
        FleetModel fleet;
        fill(fleet);
        const auto note = [&fleet](const char* name) {
            return fleet.index(fleet.rowOf(QString::fromLatin1(name)), FleetModel::Note).data().toString().section(QStringLiteral("; "), 1);
        };
        QCOMPARE(note("a"), QString());
        QCOMPARE(note("odd"),
                 QStringLiteral("another profile than most nodes; runner 0.0.9, most have 0.1.0; its clock is 17520 h behind"));
        fleet.setNodes({node(QStringLiteral("a")), node(QStringLiteral("odd"))});
        fleet.judgeNorm();
        QCOMPARE(note("odd"), QStringLiteral("its clock is 17520 h behind")); // of two, nobody is most
    }

    void twoNodesBesideEachOther()
    {
        FleetModel fleet;
        fleet.setNodes({node(QStringLiteral("a")), node(QStringLiteral("b"))});
        report(fleet, QStringLiteral("a"), timely(sampleReport("a")), steadyNow());
        report(fleet, QStringLiteral("b"), timely(driftedReport("b")), steadyNow());
        const QString text = printed(buildComparisonRows(fleet.record(0), fleet.record(1)));
        QVERIFY2(text.startsWith(QStringLiteral("Node | 1 differ(s)\n  State | in sync, not verified | drifted\n")), qPrintable(text));
        QVERIFY(text.contains(QStringLiteral("Rules | 2 differ(s)\n")));
        QVERIFY(text.contains(QStringLiteral("| ok | missing\n")));
        QVERIFY(text.contains(QStringLiteral("-p udp -j ACCEPT | – | unexpected\n")));
        QVERIFY(text.contains(QStringLiteral("  other-notrack | – | somebody else's rule does the same\n")));
        QVERIFY(text.contains(QStringLiteral("IPVS | alike\n")));
        const NodeRecord nothing;
        QVERIFY(!buildComparisonRows(nothing, fleet.record(1)).empty());
    }

    void theFleetHasAFigure()
    {
        FleetModel fleet;
        fleet.setNodes({node(QStringLiteral("a")), node(QStringLiteral("b")), node(QStringLiteral("new"))});
        QCOMPARE(figureText(figureOf(fleet)), QString());
        const qint64 now = steadyNow();
        for (const char* name : {"a", "b"}) {
            Report value = sampleReport(name, 0);
            value.families.front().chains.front().rules.push_back(
                {"-s 10.0.0.0/8 -p udp --sport 53 -j CT --notrack", ItemState::Ok, 3, {0, 0}});
            value.conntrack->entries = *name == 'b' ? 900 : 100;
            report(fleet, QString::fromLatin1(name), value, now - 5000);
            for (RuleReport& rule : value.families.front().chains.front().rules) {
                rule.counters.packets += 50;
            }
            value.conntrack->insertFailed += 5;
            report(fleet, QString::fromLatin1(name), value, now);
        }
        const FleetFigure figure = figureOf(fleet);
        QCOMPARE(figureText(figure),
                 QStringLiteral("40 queries/s kept out of conntrack on 2 node(s), 2.0 insert failures/s")); // not the answers
        QCOMPARE(figure.fullestNode, QStringLiteral("b"));
        QCOMPARE(figure.fullest, 90.0F);
        FleetHistory history;
        QVERIFY(history.take(figure, now));
        QVERIFY(!history.take(figure, now + 9000));
        QVERIFY(history.take(FleetFigure(), now + 10'000));
        QCOMPARE(history.queries(), (std::vector<float>{40.0F, -1.0F}));
        for (qint64 sample = 0; sample < 1000; ++sample) {
            history.take(figure, now + 20'000 + FleetHistory::pause * sample);
        }
        QCOMPARE(history.queries().size(), FleetHistory::mostSamples);
    }
};

QTEST_GUILESS_MAIN(FleetTest)
#include "fleet_test.moc"
