#include "core/findings/drop_counts.h"
#include "core/findings/node_facts.h"

#include <QTest>

using namespace notrack;

class DropCountsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatDroppedInBetween()
    {
        const auto saved = [](const char* input, const char* forward, const char* other) {
            return countDrops({{Backend::Iptables,
                                Family::Ipv4,
                                "filter",
                                {input, std::string(forward) + " -A FORWARD -p udp -j DROP", std::string(other) + " -A FORWARD -j REJECT",
                                 "[9:9] -A FORWARD -j ACCEPT"}}});
        };
        const DropCounts before = saved(":INPUT DROP [1:10]", "[5:50]", "[7:70]");
        const DropCounts after = saved(":INPUT DROP [9:90]", "[29:290]", "[8:80]");
        std::string lines;
        for (const std::string& line : droppedBetween(before, after, 8))
            lines += line + "\n";
        QCOMPARE(lines,
                 std::string("24 packets: filter (iptables): -A FORWARD -p udp -j DROP\n8 packets: filter (iptables): -P INPUT DROP\n"));
    }
};

QTEST_APPLESS_MAIN(DropCountsTest)
#include "drop_counts_test.moc"
