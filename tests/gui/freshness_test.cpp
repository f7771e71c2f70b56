#include "gui/model/conntrack_rows.h"
#include "gui/model/export.h"
#include "gui/model/fleet_filter.h"
#include "gui/model/keyed_tree_model.h"
#include "gui/model/node_pages.h"
#include "tests/gui/sample_fleet.h"

#include <QJsonDocument>
#include <QSignalSpy>
#include <QTest>

using namespace notrack;
using namespace notrack::gui;

/// What passes for live, and what is counted.
class FreshnessTest : public QObject
{
    Q_OBJECT

private slots:
    void pollingMakesNobodyOld()
    {
        FleetModel fleet;
        fleet.setNodes({node(QStringLiteral("a"))});
        fleet.setUsualPause(60'000); // a round of polling
        const qint64 now = steadyNow();
        report(fleet, QStringLiteral("a"), sampleReport("a", 100), now - 120'000);
        report(fleet, QStringLiteral("a"), sampleReport("a", 700), now - 60'000);
        fleet.judgeFreshness(now);
        QCOMPARE(fleet.record(0).freshness, Freshness::Fresh);
        QCOMPARE(fleet.index(0, FleetModel::Untracked).data().toString(), QStringLiteral("40"));
    }

    void oldDataDoesNotPassForLive()
    {
        FleetModel fleet;
        FleetFilter filter(&fleet);
        const QString a = QStringLiteral("a");
        fleet.setNodes({node(a), node(QStringLiteral("b"))});
        QSignalSpy worsened(&fleet, &FleetModel::nodeWorsened);
        const qint64 now = steadyNow();
        Report unsafe = sampleReport("a", 100);
        unsafe.state = NodeState::Unsafe;
        report(fleet, a, unsafe, now - 5000);
        unsafe.families[0].chains[0].rules[0].counters.packets += 500;
        report(fleet, a, unsafe, now);
        report(fleet, QStringLiteral("b"), sampleReport("b", 100), now);
        const auto row = [&fleet] {
            return fleet.index(0, FleetModel::State).data().toString() + QLatin1Char('|') +
                   fleet.index(0, FleetModel::Untracked).data().toString() + QLatin1Char('|') +
                   fleet.index(0, FleetModel::ConntrackUse).data().toString();
        };
        fleet.judgeFreshness(now + 17'000); // three pauses of 5 s and 2 s of delay
        QCOMPARE(row(), QStringLiteral("unsafe|100|50.0 %"));
        fleet.judgeFreshness(now + 17'001);
        QCOMPARE(row(), QStringLiteral("stale, was unsafe|–|–"));
        QCOMPARE(fleet.index(1, FleetModel::State).data().toString(), QStringLiteral("stale, was in sync"));
        QCOMPARE(worsened.count(), 1); // b; a was worse before
        const auto counts = fleet.counts();
        QCOMPARE(counts.at(static_cast<std::size_t>(RowState::Stale)), (StateCount{2, 0}));
        QCOMPARE(counts.at(static_cast<std::size_t>(RowState::Unsafe)), (StateCount{0, 1}));
        filter.setStates({RowState::Unsafe});
        QCOMPARE(filter.rowCount(), 1);
        fleet.takeLink(a, {LinkPhase::Waiting, LinkProblem::Unreachable, QStringLiteral("refused"), 0});
        QCOMPARE(row(), QStringLiteral("unreachable, was unsafe|–|–"));
        KeyedTreeModel rules(ruleTitles());
        rules.setRows(buildRuleRows(fleet.record(0)));
        const QModelIndex rule = rules.index(0, 0, rules.index(1, 0, rules.index(0, 0)));
        QCOMPARE(rule.siblingAtColumn(4).data().toString(), QStringLiteral("–"));
        QCOMPARE(rule.data(KeyedTreeModel::MarkRole).toInt(), static_cast<int>(RowMark::Stale));
        QVERIFY(rule.siblingAtColumn(6).data(KeyedTreeModel::TrendRole).value<std::vector<float>>().empty());
        for (const TreeRow& figure : buildConntrackRows(fleet.record(0))) {
            QVERIFY2(figure.cells[2].isEmpty() || figure.cells[2] == QStringLiteral("–"), qPrintable(figure.cells[0]));
        }
        const QJsonDocument saved = QJsonDocument::fromJson(toJson(exportedNodes(fleet)));
        QCOMPARE(saved[QStringLiteral("nodes")][0][QStringLiteral("was")].toString(), QStringLiteral("unsafe"));
        report(fleet, a, unsafe, now + 60'000);
        QCOMPARE(row(), QStringLiteral("unsafe|–|50.0 %")); // no rate over the pause
        QVERIFY(fleet.record(0).history.latest()->afterPause);
    }

    void verifiedStandsBesideTheState_data()
    {
        QTest::addColumn<int>("proof");
        QTest::addColumn<QString>("text");
        QTest::newRow("nobody") << -1 << "in sync, not verified";
        QTest::newRow("trial") << int(Proof::Trial) << "in sync, verified";
        QTest::newRow("probe") << int(Proof::Probe) << "in sync, verified";
        QTest::newRow("none") << int(Proof::None) << "in sync, no proof asked";
        QTest::newRow("waived") << int(Proof::Waived) << "in sync, proof waived";
    }

    void verifiedStandsBesideTheState()
    {
        QFETCH(int, proof);
        QFETCH(QString, text);
        FleetModel fleet;
        fleet.setNodes({node(QStringLiteral("a"))});
        Report value = sampleReport("a");
        if (proof >= 0) {
            value.verified = Verified{static_cast<Proof>(proof), "2026-01-01T00:00:00Z", 3};
        }
        report(fleet, QStringLiteral("a"), value, steadyNow());
        QCOMPARE(fleet.index(0, FleetModel::State).data().toString(), text);
    }

    void chipsCountWhatIsShown()
    {
        FleetModel fleet;
        FleetFilter filter(&fleet);
        fleet.setNodes({node(QStringLiteral("a"), {QStringLiteral("edge")}), node(QStringLiteral("b"), {QStringLiteral("core")}),
                        node(QStringLiteral("c"), {QStringLiteral("core")})});
        report(fleet, QStringLiteral("b"), driftedReport("b"), steadyNow());
        const auto shown = [&filter] {
            QStringList counts;
            const StateCounts all = filter.counts();
            for (const RowState state : allRowStates) {
                if (const int now = all.at(static_cast<std::size_t>(state)).now; now > 0) {
                    counts.append(stableName(state) + QLatin1Char('=') + QString::number(now));
                }
            }
            return counts.join(QLatin1Char(' '));
        };
        QCOMPARE(shown(), QStringLiteral("drifted=1 connecting=2"));
        filter.setGroup(QStringLiteral("core"));
        QCOMPARE(shown(), QStringLiteral("drifted=1 connecting=1"));
        filter.setStates({RowState::Drifted}); // not by the states: the others are there to be pressed
        QCOMPARE(shown(), QStringLiteral("drifted=1 connecting=1"));
        filter.setText(QStringLiteral("nobody"));
        QCOMPARE(shown(), QString());
    }

    void everyRuleCounts()
    {
        Report value = sampleReport("a", 0);
        ChainReport& chain = value.families[0].chains[0];
        const RuleReport rule = chain.rules[0];
        for (int number = 0; number < 3000; ++number) {
            chain.rules.push_back(rule);
            chain.rules.back().text += " -m comment --comment " + std::to_string(number % 1500); // each twice
        }
        NodeHistory history;
        history.take(value, 1000, 20'000);
        for (RuleReport& each : chain.rules) {
            each.counters.packets += 25;
        }
        history.take(value, 2000, 20'000);
        QCOMPARE(history.latest()->untracked, std::optional<float>(3002 * 25.0F));
        chain.rules.pop_back();
        history.take(value, 3000, 20'000);
        QCOMPARE(history.latest()->untracked, std::optional<float>(0.0F)); // a rule went, no counter did
        chain.rules[2900].counters.packets = 0;
        history.take(value, 4000, 20'000);
        QVERIFY(!history.latest()->untracked);
    }
};

QTEST_GUILESS_MAIN(FreshnessTest)
#include "freshness_test.moc"
