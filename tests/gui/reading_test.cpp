#include "gui/model/keyed_tree_model.h"
#include "gui/view/appearance.h"
#include "gui/view/comparison_dialog.h"
#include "gui/view/fitted_tree.h"
#include "gui/view/fleet_delegate.h"
#include "gui/view/fleet_page.h"
#include "gui/view/history_chart.h"
#include "gui/view/main_window.h"
#include "gui/view/node_page.h"
#include "gui/view/notice_bar.h"
#include "gui/view/summary_bar.h"
#include "tests/gui/memory_channel.h"
#include "tests/gui/sample_fleet.h"
#include "tests/gui/sample_reports.h"
#include "tests/gui/watched_nodes.h"

#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTest>
#include <QToolButton>
#include <QTreeView>

using namespace notrack;
using namespace notrack::gui;

/// What a person who reads about one node sees while the fleet goes on.
class ReadingTest : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName(QStringLiteral("dns-notrack"));
        QCoreApplication::setApplicationName(QStringLiteral("reading-test"));
    }

    void init() { QSettings().clear(); }

    void aPausedNodeSaysHowOldItsDataIs()
    {
        const Timeline timeline;
        NodePage page(timeline);
        NodeRecord record;
        record.entry.name = QStringLiteral("a");
        record.report = std::make_shared<const Report>(sampleReport("a"));
        record.monotonic = steadyNow() - 9500;
        record.judgeFreshness(steadyNow());
        page.show(&record);
        QStringList texts;
        const auto labels = page.findChildren<QLabel*>();
        for (const QLabel* label : labels) {
            texts.append(label->text());
        }
        QVERIFY2(texts.contains(QStringLiteral("a: paused, was in sync")) && !texts.filter(QStringLiteral("said 9 s ago")).isEmpty(),
                 qPrintable(texts.join(QLatin1Char('|'))));
    }

    void theNodeThatIsReadStays()
    {
        std::vector<MemoryChannel*> channels;
        MainWindow window(watching({QStringLiteral("a"), QStringLiteral("b"), QStringLiteral("c")}), Remember::NoSources,
                          [&](QObject* parent) { return new MemoryChannel(parent, channels); });
        window.show();
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        window.loadSources();
        QTRY_COMPARE(channels.size(), std::size_t{3});
        FleetPage* fleet = window.fleetPage();
        QTreeView* table = fleet->table();
        table->sortByColumn(FleetModel::Node, Qt::AscendingOrder);
        const auto say = [&](int channel, const Report& report, const QString& state) {
            channels[static_cast<std::size_t>(channel)]->say(lineOf(report));
            const NodeRecord* record = window.watch().model().find(QString::fromStdString(report.node));
            QTRY_COMPARE(stableName(record->state()), state);
            window.watch().model().flush();
        };
        say(0, driftedReport("a"), QStringLiteral("drifted"));
        say(1, driftedReport("b"), QStringLiteral("drifted"));
        QTest::mouseClick(fleet->summary()->button(RowState::Drifted), Qt::LeftButton);
        QCOMPARE(table->model()->rowCount(), 2);
        QTest::mouseClick(table->viewport(), Qt::LeftButton, {}, table->visualRect(table->model()->index(0, 0)).center());
        QCOMPARE(fleet->currentNode(), QStringLiteral("a"));
        QSignalSpy changed(fleet, &FleetPage::currentNodeChanged);
        say(0, sampleReport("a"), QStringLiteral("in-sync"));
        QCOMPARE(table->model()->rowCount(), 1);
        QCOMPARE(changed.count(), 0);
        QCOMPARE(fleet->currentNode(), QStringLiteral("a"));
        QVERIFY(!table->currentIndex().isValid());
        QCOMPARE(fleet->selectedNodes(), QStringList{QStringLiteral("a")}); // what F5 and Pause act on
        const auto labels = window.nodePage()->findChildren<QLabel*>();
        QVERIFY(std::any_of(labels.begin(), labels.end(),
                            [](const QLabel* label) { return label->text() == QStringLiteral("a: in sync, not verified"); }));
        const auto chips = fleet->summary()->findChildren<QLabel*>();
        QCOMPARE(chips.constFirst()->text(), QStringLiteral("Nodes: 3"));
        QTest::keyClick(&window, Qt::Key_Escape);
        QCOMPARE(table->model()->rowCount(), 3);
        QCOMPARE(table->currentIndex().data().toString(), QStringLiteral("a"));
        QVERIFY(fleet->summary()->button(RowState::Drifted)->isVisible());
        fleet->search()->setText(QStringLiteral("drifted"));
        QCOMPARE(chips.constFirst()->text(), QStringLiteral("Nodes: 1 of 3"));
        QCOMPARE(fleet->currentNode(), QStringLiteral("a"));
        window.watch().setNodes({window.watch().model().find(QStringLiteral("b"))->entry});
        QCOMPARE(fleet->currentNode(), QString());
        QVERIFY(std::any_of(labels.begin(), labels.end(),
                            [](const QLabel* label) { return label->text() == QStringLiteral("No node chosen"); }));
    }

    void anEmptyTableSaysWhy()
    {
        std::vector<MemoryChannel*> channels;
        MainWindow window(watching({QStringLiteral("a"), QStringLiteral("b")}), Remember::NoSources,
                          [&](QObject* parent) { return new MemoryChannel(parent, channels); });
        window.show();
        window.loadSources();
        QTRY_COMPARE(channels.size(), std::size_t{2});
        FleetPage* fleet = window.fleetPage();
        QVERIFY(!fleet->showAll()->isVisible());
        fleet->search()->setText(QStringLiteral("nobody"));
        QTRY_VERIFY(fleet->showAll()->isVisible());
        QVERIFY(fleet->showAll()->text().contains(QStringLiteral("2 nodes")));
        QTest::mouseClick(fleet->showAll(), Qt::LeftButton);
        QTRY_VERIFY(!fleet->showAll()->isVisible());
        QCOMPARE(fleet->table()->model()->rowCount(), 2);
        QVERIFY(fleet->search()->text().isEmpty());
    }

    void theChartEndsNow()
    {
        const qint64 now = steadyNow();
        std::vector<HistorySample> samples;
        for (int step = 0; step < 10; ++step) { // two minutes ago to one minute ago, with nothing for half of it
            samples.push_back({now - 120'000 + (step < 5 ? step : step + 20) * 2000, step == 5, 25.0F, {}, {}, {}});
        }
        HistoryChart chart;
        chart.resize(800, 400);
        chart.setSamples(samples);
        const QImage picture = chart.grab().toImage();
        const QColor line = firstLineColor(chart.palette());
        const auto drawn = [&](double from, double to) { // below the legend, between two parts of the width
            for (int x = static_cast<int>(from * picture.width()); x < static_cast<int>(to * picture.width()); ++x) {
                for (int y = picture.height() / 6; y < picture.height() / 2; ++y) {
                    const QColor pixel = picture.pixelColor(x, y);
                    if (std::abs(pixel.hue() - line.hue()) < 20 && pixel.saturation() > 100) {
                        return true;
                    }
                }
            }
            return false;
        };
        QVERIFY(drawn(0.1, 0.17));  // the first samples
        QVERIFY(!drawn(0.2, 0.42)); // the outage
        QVERIFY(drawn(0.42, 0.56));
        QVERIFY(!drawn(0.6, 1.0)); // the minute since then
    }

    void theNoteFillsTheTable()
    {
        std::vector<MemoryChannel*> channels;
        MainWindow window(watching({QStringLiteral("a")}), Remember::NoSources,
                          [&](QObject* parent) { return new MemoryChannel(parent, channels); });
        window.show();
        window.loadSources();
        QTRY_COMPARE(channels.size(), std::size_t{1});
        const QTreeView* table = window.fleetPage()->table();
        for (const QSize size : {QSize(1600, 780), QSize(1500, 600), QSize(1180, 780)}) {
            window.resize(size);
            QTRY_COMPARE(table->header()->length(), table->viewport()->width());
        }
        window.resize(800, 600); // what is wrong, and why, are seen there as well
        const int note = table->header()->sectionViewportPosition(FleetModel::Note) + table->header()->sectionSize(FleetModel::Note);
        QTRY_VERIFY(note <= table->viewport()->width());
    }

    /// Rules of a chain begin alike: where there is no room for the whole of them, both ends are seen.
    void aRuleKeepsItsEnd()
    {
        const auto drawn = [](const QString& rule) {
            KeyedTreeModel rows({QStringLiteral("Rule")});
            FittedTree tree({0});
            tree.setModel(&rows);
            tree.setItemDelegate(new TreeDelegate(-1, &tree));
            rows.setRows({TreeRow{QStringLiteral("key"), {rule}, RowMark::None, {}, {}}});
            tree.resize(300, 100);
            return tree.grab().toImage();
        };
        const QString rule =
            QStringLiteral("-s 10.244.0.0/16 -d 10.96.0.10/32 -p udp -m udp --dport 53 -m addrtype ! --src-type LOCAL -j ");
        QVERIFY(drawn(rule + QStringLiteral("CT --notrack")) != drawn(rule + QStringLiteral("ACCEPT")));
    }

    /// Beside each other they must be told apart.
    void comparedRulesAreSeenWhole()
    {
        FleetModel fleet;
        NodeEntry entry;
        entry.name = QStringLiteral("a");
        fleet.setNodes({entry});
        report(fleet, QStringLiteral("a"), driftedReport("a"), steadyNow());
        ComparisonDialog dialog(fleet.record(0), fleet.record(0), nullptr);
        dialog.show();
        QVERIFY(QTest::qWaitForWindowExposed(&dialog));
        const QAbstractItemModel* rows = dialog.tree()->model();
        const QModelIndexList rules =
            rows->match(rows->index(0, 0), Qt::DisplayRole, QStringLiteral("CT --notrack"), -1, Qt::MatchContains | Qt::MatchRecursive);
        QVERIFY(!rules.isEmpty());
        const int line = dialog.tree()->fontMetrics().height();
        const int wide = dialog.tree()->fontMetrics().horizontalAdvance(rules.first().data().toString());
        QVERIFY(wide > dialog.tree()->columnWidth(0));
        QTRY_VERIFY(dialog.tree()->visualRect(rules.first()).height() >= line * (wide / dialog.tree()->columnWidth(0) + 1));
    }

    void aNoticeStandsOutInEveryAppearance()
    {
        NoticeBar bar;
        bar.setText(QStringLiteral("x"));
        for (const Appearance appearance : {Appearance::Light, Appearance::Dark, Appearance::Light}) {
            setAppearance(appearance);
            const QColor ground = bar.grab().toImage().pixelColor(2, 2);
            QCOMPARE(ground, noticeGround(bar.palette()));
            QVERIFY(std::abs(ground.lightness() - bar.palette().color(QPalette::WindowText).lightness()) > 120);
        }
        setAppearance(Appearance::System);
    }
};

QTEST_MAIN(ReadingTest)
#include "reading_test.moc"
