#include "tests/unit/findings/small_node.h"

#include <QTest>

using namespace notrack;

/// What IPVS does to packets by itself: its own untracking (net.ipv4.vs.conntrack), direct routing, tunnels.
class IpvsPathsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void paths_data()
    {
        QTest::addColumn<QString>("profile");
        QTest::addColumn<QString>("server");
        QTest::addColumn<QString>("tables");
        QTest::addColumn<QString>("tracked"); ///< with net.ipv4.vs.conntrack = 1
        QTest::addColumn<QString>("alone");   ///< with 0
        const QString pods = "podCIDRs: [10.244.0.0/16]\n";
        const QString remote = "10.244.2.3:53 Masq";
        const QString refuses = "refuses: stateful-forward";
        const auto row = [&](const char* name, const QString& tables, const QString& tracked, const QString& alone) {
            QTest::newRow(name) << pods << remote << tables << tracked << alone;
        };
        // Without conntrack an answer is a new connection, with or without the rules.
        row("answers of established connections only",
            "*filter\n:FORWARD DROP [0:0]\n-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT\n"
            "-A FORWARD -p udp -m udp --dport 53 -j ACCEPT\n",
            refuses, "goes on");
        row("answers of new connections too",
            "*filter\n:FORWARD DROP [0:0]\n-A FORWARD -m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT\n"
            "-A FORWARD -p udp -m udp --dport 53 -j ACCEPT\n",
            refuses, refuses);
        row("tracked queries leave", "*filter\n:OUTPUT DROP [0:0]\n-A OUTPUT -m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT\n", refuses,
            "goes on");
        row("new queries come in", "*filter\n-A INPUT -p udp -m udp --dport 53 -m conntrack ! --ctstate NEW -j DROP\n", refuses, refuses);
        row("masqueraded to the servers", "*nat\n-A POSTROUTING -d 10.244.2.3/32 -j MASQUERADE\n", "warns: lost-snat", "goes on");
        row("a server of another node's clients",
            "*nat\n:KUBE-SERVICES - [0:0]\n*filter\n-A FORWARD -s 10.244.1.3/32 -p udp -m udp --sport 53 -m conntrack ! --ctstate "
            "ESTABLISHED -j DROP\n",
            "goes on", "goes on");
        const QString stateful = "*filter\n:OUTPUT DROP [0:0]\n-A OUTPUT -d 192.0.2.0/24 -m conntrack --ctstate NEW -j ACCEPT\n"
                                 "-A OUTPUT -d 10.96.0.10/32 -m conntrack --ctstate NEW -j ACCEPT\n";
        const QString lvs = "podCIDRs: [192.0.2.0/24]\n";
        QTest::newRow("direct routing keeps the service's address")
            << lvs << "192.0.2.61:53 Route" << stateful.section("-A OUTPUT -d 192", 0, 0) + "-A OUTPUT -d 10.96.0.10/32 -j ACCEPT\n"
            << "goes on"
            << "goes on";
        QTest::newRow("direct routing, tracked queries only") << lvs << "192.0.2.61:53 Route" << stateful << refuses << "goes on";
        QTest::newRow("a tunnel carries them") << lvs << "192.0.2.61:53 Tunnel" << stateful << "goes on"
                                               << "goes on";
    }

    void paths()
    {
        QFETCH(QString, profile);
        QFETCH(QString, server);
        QFETCH(QString, tables);
        QFETCH(QString, tracked);
        QFETCH(QString, alone);
        NodeFacts facts = nodeWith(profile.contains("192.0.2") ? flat : routed, server, tables);
        QCOMPARE(verdict(readText(profile), facts), tracked);
        facts.ipvsConntrack = false;
        QCOMPARE(verdict(readText(profile), facts), alone);
    }

    /// A server here answers clients of other nodes, whose own nodes balance: their queries come in as any others.
    void clientsOfOtherNodes()
    {
        const QString kubernetes = "*nat\n:KUBE-SERVICES - [0:0]\n";
        const QString stateful = "*filter\n-A FORWARD -o flannel.1 -m conntrack ! --ctstate NEW,ESTABLISHED -j DROP\n"
                                 "-A FORWARD -o flannel.1 -p udp -m udp --sport 53 -m conntrack --ctstate NEW -j DROP\n";
        NodeFacts facts = nodeWith(routed, "10.244.1.3:53 Masq", kubernetes + stateful);
        facts.ipvsConntrack = false;
        QCOMPARE(verdict(readText("podCIDRs: [10.244.0.0/16]\n"), facts), QString("refuses: stateful-forward"));
        facts = nodeWith(routed, "10.244.1.3:53 Masq", stateful); // a director of its own: all answers are new here, and dropped anyway
        facts.ipvsConntrack = false;
        QCOMPARE(verdict(readText("podCIDRs: [10.244.0.0/16]\n"), facts), QString("goes on"));
    }
};

QTEST_APPLESS_MAIN(IpvsPathsTest)
#include "ipvs_paths_test.moc"
