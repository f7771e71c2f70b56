#include "gui/remote/inventory_readers.h"

#include <QTest>

using namespace notrack::gui;

/// Inventories that take time and memory, whoever wrote them.
class LargeInventoryTest : public QObject
{
    Q_OBJECT

private:
    static QString groupsInARow(int count)
    {
        QString text;
        for (int group = 0; group < count; ++group) {
            text += QStringLiteral("[g%1:children]\ng%2\n").arg(group).arg(group + 1);
        }
        return text + QStringLiteral("[g%1]\nhost\n").arg(count);
    }

private slots:
    /// Some are a few kilobytes.
    void whatTakesTooMuchIsRefused_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("isYaml");
        QString aliases = QStringLiteral("a0: &a0 {hosts: {h: }}\n");
        QString merges = QStringLiteral("m0: &m0 {vars: {}}\n");
        for (int level = 1; level < 30; ++level) {
            aliases += QStringLiteral("a%1: &a%1 {children: {x%1: *a%2, y%1: *a%2}}\n").arg(level).arg(level - 1);
            merges += QStringLiteral("m%1: &m%1 {<<: [*m%2, *m%2]}\n").arg(level).arg(level - 1);
        }
        QString ranges;
        for (int range = 0; range < 40; ++range) {
            ranges += QStringLiteral("n%1-[0:9999]\n").arg(range);
        }
        QTest::newRow("groups that are named again and again") << aliases << true;
        QTest::newRow("maps that take from themselves") << merges << true;
        QTest::newRow("ranges") << ranges << false;
        QTest::newRow("a long chain of groups") << groupsInARow(50'000) << false;
    }

    void whatTakesTooMuchIsRefused()
    {
        QFETCH(QString, text);
        QFETCH(bool, isYaml);
        const Inventory inventory = isYaml ? readYamlInventory(text) : readIniInventory(text);
        QVERIFY(inventory.unsound);
        QVERIFY(inventory.nodes.empty());
        QCOMPARE(inventory.problems, QStringList{QStringLiteral("too many hosts, groups or variables")});
    }

    /// Of 60 steps there are more ways down than anybody can count.
    void groupsMayMeetAgain()
    {
        QString text;
        for (int step = 0; step < 60; ++step) {
            text += QStringLiteral("[t%1:children]\nl%1\nr%1\n[l%1:children]\nt%2\n[r%1:children]\nt%2\n").arg(step).arg(step + 1);
        }
        const Inventory inventory = readIniInventory(text + QStringLiteral("[t60]\nhost\n"));
        QCOMPARE(inventory.problems, QStringList());
        QCOMPARE(inventory.nodes.front().groups.size(), 181);
    }
};

QTEST_GUILESS_MAIN(LargeInventoryTest)
#include "large_inventory_test.moc"
