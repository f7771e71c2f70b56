#include "core/findings/packet_path.h"

#include <QTest>

#include <string>

using namespace notrack;

namespace
{

SavedChains readLines(const QString& text)
{
    SavedTable saved{Backend::Iptables, Family::Ipv4, "filter", {}};
    for (const QString& line : text.split('\n', Qt::SkipEmptyParts))
        saved.lines.push_back(line.trimmed().toStdString());
    return readSavedTable(saved);
}

/// A reply from a DNS pod of this node to a pod of another node.
PacketClass reply(Tracking tracking)
{
    PacketClass packet;
    packet.source = *readPrefix("10.244.1.3/32");
    packet.destination = *readPrefix("10.244.0.0/16");
    packet.sourcePort = Port{53};
    packet.tracking = tracking;
    packet.inInterface = "cali1";
    packet.outInterface = "eth0";
    packet.sourceLocal = false;
    packet.destinationLocal = false;
    packet.sourcePod = true;
    return packet;
}

std::string flatten(const Journey& journey)
{
    constexpr std::array names{"accepted", "dropped", "translated", "untracked", "unknown"};
    std::string text;
    for (const Ending& ending : journey.endings)
        text += (text.empty() ? "" : "; ") + std::string(names.at(static_cast<std::size_t>(ending.fate))) + " " + ending.line;
    return text;
}

} // namespace

class PacketPathTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void words()
    {
        std::string flat;
        for (const SavedWord& word : splitSavedLine("-A X --comment \"a \\\"b\\\" -j \\\\ c\" -j DROP \"\""))
            flat += (word.quoted ? "'" : "[") + word.text + (word.quoted ? "'" : "]");
        QCOMPARE(flat, std::string("[-A][X][--comment]'a \"b\" -j \\ c'[-j][DROP]''"));
    }

    void fates_data()
    {
        QTest::addColumn<QString>("rules");
        QTest::addColumn<QString>("established");
        QTest::addColumn<QString>("untracked");
        const QString policy = ":FORWARD DROP [0:0]\n";
        const QString dropped = "dropped :FORWARD DROP";
        const auto row = [&](const char* name, const QString& rules, const QString& established, const QString& untracked) {
            QTest::newRow(name) << policy + rules << established << untracked;
        };
        QTest::newRow("no chain") << ""
                                  << "accepted FORWARD is not there"
                                  << "accepted FORWARD is not there";
        row("established only", "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
            "accepted -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT", dropped);
        row("not new", "-A FORWARD -m conntrack ! --ctstate NEW -j ACCEPT", "accepted -A FORWARD -m conntrack ! --ctstate NEW -j ACCEPT",
            "accepted -A FORWARD -m conntrack ! --ctstate NEW -j ACCEPT");
        row("a status is never that of an untracked packet", "-A FORWARD -m conntrack ! --ctstatus CONFIRMED -j ACCEPT",
            "accepted -A FORWARD -m conntrack ! --ctstatus CONFIRMED -j ACCEPT; " + dropped, dropped);
        row("stateless", "-A FORWARD -s 10.244.0.0/16 -j ACCEPT", "accepted -A FORWARD -s 10.244.0.0/16 -j ACCEPT",
            "accepted -A FORWARD -s 10.244.0.0/16 -j ACCEPT");
        row("some destinations", "-A FORWARD -d 10.244.7.0/24 -j ACCEPT", "accepted -A FORWARD -d 10.244.7.0/24 -j ACCEPT; " + dropped,
            "accepted -A FORWARD -d 10.244.7.0/24 -j ACCEPT; " + dropped);
        row("interfaces", "-A FORWARD -i docker0 -j ACCEPT\n-A FORWARD -i cali+ ! -o cali+ -j ACCEPT",
            "accepted -A FORWARD -i cali+ ! -o cali+ -j ACCEPT", "accepted -A FORWARD -i cali+ ! -o cali+ -j ACCEPT");
        row("ports", "-A FORWARD -p udp -m udp --dport 53 -j ACCEPT\n-A FORWARD -p 17 -m multiport --sports 53,9153 -j ACCEPT",
            "accepted -A FORWARD -p 17 -m multiport --sports 53,9153 -j ACCEPT",
            "accepted -A FORWARD -p 17 -m multiport --sports 53,9153 -j ACCEPT");
        row("client ports", "-A FORWARD -p udp -m udp --dport 1024:65535 -j ACCEPT",
            "accepted -A FORWARD -p udp -m udp --dport 1024:65535 -j ACCEPT",
            "accepted -A FORWARD -p udp -m udp --dport 1024:65535 -j ACCEPT");
        row("jump and return", "-A FORWARD -j A\n-A A -d 10.244.0.0/16 -j RETURN\n-A A -j ACCEPT", dropped, dropped);
        row("goto returns past its caller", "-A FORWARD -j A\n-A FORWARD -j ACCEPT\n-A A -g B\n-A A -j DROP\n-A B -p tcp -j DROP",
            "accepted -A FORWARD -j ACCEPT", "accepted -A FORWARD -j ACCEPT");
        row("what a jump took is known behind it",
            "-A FORWARD -d 10.244.7.1/32 -j A\n-A FORWARD -j ACCEPT\n-A A -d 10.244.7.1/32 -j RETURN\n-A A -j DROP",
            "accepted -A FORWARD -j ACCEPT", "accepted -A FORWARD -j ACCEPT");
        row("ports that no client takes", "-A FORWARD -p udp -m multiport --dports 53,4789 -j DROP\n-A FORWARD -j ACCEPT",
            "accepted -A FORWARD -j ACCEPT", "accepted -A FORWARD -j ACCEPT");
        row("marks",
            "-A FORWARD -j MARK --set-xmark 0x10000/0x10000\n-A FORWARD -m mark --mark 0x4000/0x4000 -j DROP\n"
            "-A FORWARD -m mark --mark 0x10000/0x10000 -j ACCEPT",
            "accepted -A FORWARD -m mark --mark 0x10000/0x10000 -j ACCEPT", "accepted -A FORWARD -m mark --mark 0x10000/0x10000 -j ACCEPT");
        row("a mark that may be set",
            "-A FORWARD -m limit --limit 3/min -j MARK --set-xmark 0x1/0x1\n-A FORWARD -m mark --mark 0x1/0x1 -j ACCEPT",
            "accepted -A FORWARD -m mark --mark 0x1/0x1 -j ACCEPT; " + dropped,
            "accepted -A FORWARD -m mark --mark 0x1/0x1 -j ACCEPT; " + dropped);
        row("sets",
            "-A FORWARD -m set --match-set OTHER dst -j REJECT --reject-with icmp-port-unreachable\n-A FORWARD -m set --match-set "
            "cali40all-ipam-pools src -j ACCEPT",
            "dropped -A FORWARD -m set --match-set OTHER dst -j REJECT --reject-with icmp-port-unreachable; accepted -A FORWARD -m set "
            "--match-set cali40all-ipam-pools src -j ACCEPT",
            "dropped -A FORWARD -m set --match-set OTHER dst -j REJECT --reject-with icmp-port-unreachable; accepted -A FORWARD -m set "
            "--match-set cali40all-ipam-pools src -j ACCEPT");
        row("address types", "-A FORWARD -m addrtype --dst-type LOCAL -j DROP\n-A FORWARD -m addrtype ! --src-type LOCAL -j ACCEPT",
            "accepted -A FORWARD -m addrtype ! --src-type LOCAL -j ACCEPT", "accepted -A FORWARD -m addrtype ! --src-type LOCAL -j ACCEPT");
        row("a match without an option", "-A FORWARD -m socket -j ACCEPT", "accepted -A FORWARD -m socket -j ACCEPT; " + dropped,
            "accepted -A FORWARD -m socket -j ACCEPT; " + dropped);
        row("a comment that looks like a rule", "-A FORWARD -m comment --comment \"-p tcp -j DROP\" -j ACCEPT",
            "accepted -A FORWARD -m comment --comment \"-p tcp -j DROP\" -j ACCEPT",
            "accepted -A FORWARD -m comment --comment \"-p tcp -j DROP\" -j ACCEPT");
        row("a loop ends", "-A FORWARD -j A\n-A A -j A", "unknown -A A -j A", "unknown -A A -j A");
        row("queue", "-A FORWARD -j NFQUEUE --queue-num 0", "unknown -A FORWARD -j NFQUEUE --queue-num 0",
            "unknown -A FORWARD -j NFQUEUE --queue-num 0");
        row("counters", "[3:180] -A FORWARD -j ACCEPT", "accepted [3:180] -A FORWARD -j ACCEPT", "accepted [3:180] -A FORWARD -j ACCEPT");
    }

    void fates()
    {
        QFETCH(QString, rules);
        QFETCH(QString, established);
        QFETCH(QString, untracked);
        const SavedChains table = readLines(rules);
        QCOMPARE(QString::fromStdString(flatten(follow(table, "FORWARD", reply(Tracking::Established)))), established);
        QCOMPARE(QString::fromStdString(flatten(follow(table, "FORWARD", reply(Tracking::Untracked)))), untracked);
    }

    /// What has not been routed goes out nowhere yet, and what the node sends came in nowhere: no name matches there, and every "not this one".
    void interfacesAtAHook_data()
    {
        QTest::addColumn<QString>("hook");
        QTest::addColumn<QString>("rule");
        QTest::addColumn<bool>("passes");
        QTest::newRow("not routed") << "PREROUTING"
                                    << "! -o eth+" << true;
        QTest::newRow("not routed, by name") << "PREROUTING"
                                             << "-o eth0" << false;
        QTest::newRow("not routed, any") << "PREROUTING"
                                         << "-o +" << true;
        QTest::newRow("delivered") << "INPUT"
                                   << "! -o eth0" << true;
        QTest::newRow("routed") << "FORWARD"
                                << "! -o eth+" << false;
        QTest::newRow("sent") << "OUTPUT"
                              << "! -i cali+" << true;
        QTest::newRow("sent, by name") << "OUTPUT"
                                       << "-i cali1" << false;
        QTest::newRow("came in") << "PREROUTING"
                                 << "! -i cali+" << false;
    }

    void interfacesAtAHook()
    {
        QFETCH(QString, hook);
        QFETCH(QString, rule);
        QFETCH(bool, passes);
        const SavedChains table = readLines(QStringLiteral(":%1 DROP [0:0]\n-A %1 -j A\n-A A %2 -j ACCEPT").arg(hook, rule));
        const Journey journey = follow(table, hook.toStdString(), reply(Tracking::Untracked));
        QVERIFY(journey.always(passes ? Fate::Accepted : Fate::Dropped));
    }

    void longRuleSetsAreFollowed()
    {
        SavedTable saved{Backend::Iptables, Family::Ipv4, "filter", {":FORWARD ACCEPT [0:0]"}};
        for (int i = 0; i < 20'000; ++i)
            saved.lines.push_back("-A FORWARD -d 10." + std::to_string(i / 250 % 200) + "." + std::to_string(i % 250) +
                                  ".1/32 -p udp -m comment --comment \"ns/svc:dns\" -m udp --dport 53 -j DROP");
        const SavedChains table = readSavedTable(saved);
        PacketClass packet = reply(Tracking::Untracked);
        packet.destination = *readPrefix("192.0.2.1/32");
        for (int i = 0; i < 10; ++i)
            QVERIFY(follow(table, "FORWARD", packet).always(Fate::Accepted));
    }
};

QTEST_APPLESS_MAIN(PacketPathTest)
#include "packet_path_test.moc"
