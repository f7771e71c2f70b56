#include "tests/unit/findings/small_node.h"

#include "core/findings/findings.h"

#include <QTest>

#include <algorithm>

using namespace notrack;

/// What speaks against untracked packets of a tunnel: small nodes, each a kind.
class TunnelFindingsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void nodes_data()
    {
        QTest::addColumn<QString>("tables");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* name, const QString& tables, const QString& expected) {
            QTest::newRow(name) << tables << expected;
        };
        const QString dns = "-A %1 -p udp -m udp --dport 53 -j ACCEPT\n-A %1 -p udp -m udp --sport 53 -j ACCEPT\n";
        const auto closed = [&](const char* hook, const QString& rules) {
            return QString("*filter\n:%1 DROP [0:0]\n").arg(hook) + dns.arg(hook) + rules;
        };
        row("no rules", "*filter\n", "goes on");
        row("OUTPUT lets connections out", closed("OUTPUT", "-A OUTPUT -m conntrack --ctstate NEW,RELATED,ESTABLISHED -j ACCEPT\n"),
            "refuses: stateful-tunnel");
        row("OUTPUT that lets untracked ones out as well",
            closed("OUTPUT", "-A OUTPUT -m conntrack --ctstate NEW,RELATED,ESTABLISHED,UNTRACKED -j ACCEPT\n"), "goes on");
        row("INPUT lets new connections to the port in",
            closed("INPUT", "-A INPUT -p udp -m udp --dport 8472 -m conntrack --ctstate NEW -j ACCEPT\n"), "refuses: stateful-tunnel");
        row("INPUT of an interface", closed("INPUT", "-A INPUT -i eth0 -m state --state NEW,ESTABLISHED -j ACCEPT\n"),
            "refuses: stateful-tunnel");
        row("INPUT lets the port in", closed("INPUT", "-A INPUT -p udp -m udp --dport 8472 -j ACCEPT\n"), "goes on");
        row("INPUT lets nothing of the tunnel in", closed("INPUT", "-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT\n"), "goes on");
        row("another port", closed("INPUT", "-A INPUT -p udp -m udp --dport 4789 -m conntrack --ctstate NEW -j ACCEPT\n"), "goes on");
        row("what is invalid", "*filter\n-A INPUT -m conntrack --ctstate INVALID -j DROP\n", "goes on");
        row("forwards other nodes' by connection state",
            closed("FORWARD", "-A FORWARD -s 192.0.2.0/24 -m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT\n"), "refuses: stateful-tunnel");
        row("masquerades other nodes'", "*nat\n-A POSTROUTING -o eth0 -j MASQUERADE\n", "refuses: translated-tunnel");
        row("translates the port", "*nat\n-A PREROUTING -p udp -m udp --dport 8472 -j DNAT --to-destination 198.51.100.7\n",
            "refuses: translated-tunnel");
        row("masquerades pods", "*nat\n-A POSTROUTING -s 10.244.0.0/16 ! -d 10.244.0.0/16 -j MASQUERADE\n", "goes on");
        row("masquerades what is marked", "*nat\n-A POSTROUTING -m mark --mark 0x4000/0x4000 -j MASQUERADE\n", "goes on");
    }

    void nodes()
    {
        QFETCH(QString, tables);
        QFETCH(QString, expected);
        const NodeFacts facts = nodeWith(routed, "10.244.2.3:53 Masq", tables);
        QCOMPARE(verdict(readText(pods + "tunnels: [{ port: 8472, peers: [192.0.2.0/24] }]\n"), facts), expected);
        QCOMPARE(verdict(readText(pods + "tunnels: [{ port: 8472, peers: ['2001:db8::/64'] }]\n"), facts), QString("goes on"));
        QCOMPARE(verdict(readText(pods), facts), QString("goes on"));
    }

    void advice()
    {
        const Finding finding = only("*filter\n:OUTPUT DROP [0:0]\n-A OUTPUT -p udp -m udp --dport 53 -j ACCEPT\n"
                                     "-A OUTPUT -m conntrack --ctstate NEW,RELATED,ESTABLISHED -j ACCEPT\n");
        QCOMPARE(finding.id, std::string("stateful-tunnel"));
        QCOMPARE(finding.evidence, std::vector<std::string>{"filter (iptables): :OUTPUT DROP"});
        QCOMPARE(finding.advice, std::vector<std::string>{"iptables -I OUTPUT -p udp -s 192.0.2.0/24 -d 192.0.2.0/24 --dport 8472 -m "
                                                          "conntrack --ctstate UNTRACKED -j ACCEPT"});
        QVERIFY(!finding.trialDecides);
    }

    /// Felix's rules, and our own, which are nobody else's.
    void notrackOfOthers()
    {
        const Finding finding =
            only("*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:cali-OUTPUT - [0:0]\n-A OUTPUT -j cali-OUTPUT\n"
                 "-A cali-OUTPUT -p udp -m udp --dport 8472 -j NOTRACK\n");
        QCOMPARE(finding.id, std::string("other-tunnel-notrack"));
        QVERIFY(finding.severity == Severity::Info);
        QCOMPARE(finding.evidence, (std::vector<std::string>{"tunnels: port 8472", "raw (iptables): -A cali-OUTPUT -p udp -m udp --dport "
                                                                                   "8472 -j NOTRACK"}));
        const QString ours = "*raw\n-A OUTPUT -j NMANAGER_OUTPUT\n-A NMANAGER_OUTPUT -j NMANAGER_NOT_TUN_OUTPUT\n"
                             "-A NMANAGER_NOT_TUN_OUTPUT -p udp -m udp --dport 8472 -j CT --notrack\n";
        QCOMPARE(judged(ours).size(), std::size_t{0});
    }

private:
    static std::vector<Finding> judged(const QString& tables)
    {
        return judge(readText(pods + "tunnels: [{ port: 8472, peers: [192.0.2.0/24] }]\n"), nodeWith(routed, "10.244.2.3:53 Masq", tables),
                     Backend::Iptables);
    }

    static Finding only(const QString& tables)
    {
        const std::vector<Finding> findings = judged(tables);
        return findings.size() == 1 ? findings.front() : Finding{};
    }

    inline static const QString pods = "podCIDRs: [10.244.0.0/16]\n";
};

QTEST_APPLESS_MAIN(TunnelFindingsTest)
#include "tunnel_findings_test.moc"
