#include "core/linux/node/saved_tables.h"

#include "tests/unit/findings/small_node.h"

#include <QTest>

using namespace notrack;

namespace
{

const char* const fourPods = "0.0.0.0/0 eth0 gateway, 192.0.2.0/24 eth0, 10.244.1.1/32 cali1, 10.244.1.2/32 cali2, 10.244.1.3/32 cali3, "
                             "10.244.1.4/32 cali4, 10.244.2.0/26 tunl0 gateway";
} // namespace

/// Small nodes, each a kind: what only a tracked packet can pass, every pod that rules tell apart, answers that no rule names, and so on.
class SmallInputsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void inputs_data()
    {
        QTest::addColumn<QString>("profile");
        QTest::addColumn<QString>("server");
        QTest::addColumn<QString>("routes");
        QTest::addColumn<QString>("tables");
        QTest::addColumn<QString>("expected");
        const QString pods = "podCIDRs: [10.244.0.0/16]\n";
        const QString remote = "10.244.2.3:53 Masq";
        const auto row = [&](const char* name, const QString& tables, const QString& expected) {
            QTest::newRow(name) << pods << remote << routed << tables << expected;
        };
        const QString refuses = "refuses: stateful-forward";

        row("nothing", "*filter\n:FORWARD ACCEPT [0:0]\n", "goes on");
        row("established for one pod",
            "*filter\n:FORWARD DROP [0:0]\n-A FORWARD -d 10.244.1.5/32 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n"
            "-A FORWARD -s 10.244.1.5/32 -j ACCEPT\n",
            refuses);
        row("established for a set",
            "*filter\n:FORWARD DROP [0:0]\n-A FORWARD -m set --match-set k8s-pods src -m conntrack --ctstate RELATED,ESTABLISHED -j "
            "ACCEPT\n"
            "-A FORWARD -p udp -m udp --dport 53 -j ACCEPT\n",
            refuses);
        row("established for a mark",
            "*filter\n:FORWARD DROP [0:0]\n-A FORWARD -m mark --mark 0x0/0x1 -m state --state ESTABLISHED -j ACCEPT\n"
            "-A FORWARD -p udp -m udp --dport 53 -j ACCEPT\n",
            refuses);
        row("a mark of the mangle table",
            "*mangle\n-A PREROUTING -i flannel.1 -m conntrack --ctstate ESTABLISHED -j MARK --set-xmark 0x1/0x1\n"
            "-A PREROUTING -p udp -m udp --dport 53 -j MARK --set-xmark 0x1/0x1\n"
            "*filter\n-A FORWARD -m mark ! --mark 0x1/0x1 -j DROP\n",
            "refuses: stateful-forward");
        row("a mark that every packet has",
            "*mangle\n-A PREROUTING -j MARK --set-xmark 0x1/0x1\n"
            "*filter\n:FORWARD DROP [0:0]\n-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT\n-A FORWARD -m mark --mark 0x1/0x1 -j "
            "ACCEPT\n",
            "goes on");
        row("postrouting of mangle", "*mangle\n-A POSTROUTING -p udp -m conntrack --ctstate UNTRACKED -j DROP\n*filter\n",
            "refuses: stateful-forward");
        row("the same match twice", "*filter\n-A FORWARD -p udp -m conntrack --ctdir REPLY -m conntrack --ctstate UNTRACKED -j DROP\n",
            "goes on");
        row("a mark for new ones",
            "*filter\n-A INPUT -m state --state NEW -m set --match-set pods src -j MARK --set-xmark 0x1/0x1\n"
            "-A INPUT -m mark ! --mark 0x1/0x1 -j DROP\n",
            refuses);
        QString perPod = "*filter\n";
        for (int i = 1; i <= 4; ++i)
            perPod += QString("-A FORWARD -o cali%1 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n-A FORWARD -o cali%1 -j %2\n")
                          .arg(i)
                          .arg(i == 4 ? "DROP" : "ACCEPT");
        QTest::newRow("the fourth pod") << pods << remote << fourPods << perPod << refuses;
        QTest::newRow("the third pod") << pods << remote << fourPods
                                       << QString(perPod).replace("cali4", "x").replace("cali3", "cali4").replace("x", "cali3") << refuses;
        QTest::newRow("loopback lets nobody in")
            << QString("podCIDRs: [192.0.2.0/24]\n") << "192.0.2.61:53 Masq" << flat
            << "*filter\n-A INPUT -i lo -j ACCEPT\n-A INPUT -p udp -m state --state NEW -m udp --dport 53 -j ACCEPT\n-A INPUT -j DROP\n"
            << refuses;
        const QString stateful = "*filter\n:FORWARD DROP [0:0]\n-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n";
        QTest::newRow("a server outside the networks")
            << pods << "192.0.2.12:53 Masq" << routed << stateful << "refuses: stateful-forward backend-outside-pod-cidrs";
        QTest::newRow("a server outside, DNS between pods open")
            << pods << "192.0.2.12:53 Masq" << routed
            << stateful + "-A FORWARD -s 10.244.0.0/16 -d 10.244.0.0/16 -j ACCEPT\n-A FORWARD -p udp -m udp --dport 53 -j ACCEPT\n"
            << "refuses: stateful-forward backend-outside-pod-cidrs";
        QTest::newRow("a server at another port") << pods << "10.244.2.3:1053 Masq" << routed
                                                  << stateful + "-A FORWARD -p udp -m udp --sport 53 -m conntrack --ctstate UNTRACKED -j "
                                                                "ACCEPT\n-A FORWARD -p udp -m udp --dport 53 -j ACCEPT\n"
                                                  << refuses;
        QTest::newRow("this node's pods only") << QString("podCIDRs: [10.244.1.0/24]\n") << remote << routed
                                               << stateful + "-A FORWARD -s 10.244.1.0/24 -j ACCEPT\n"
                                               << "refuses: stateful-forward per-node-cidr";
        QTest::newRow("a server on this node") << pods << "192.0.2.11:53 Masq" << routed
                                               << "*filter\n:OUTPUT DROP [18:3591]\n-A OUTPUT -m conntrack --ctstate RELATED,ESTABLISHED "
                                                  "-j ACCEPT\n-A OUTPUT -p udp -m udp --dport 53 -j ACCEPT\n"
                                               << "refuses: stateful-forward backend-outside-pod-cidrs";
        row("balanced queries masqueraded", "*filter\n*nat\n-A POSTROUTING -m ipvs --vaddr 10.96.0.10 -j MASQUERADE\n", "warns: lost-snat");
        row("a mark for masquerade",
            "*nat\n-A PREROUTING -s 10.244.0.0/16 -m set --match-set KUBE-CLUSTER-IP dst,dst -j MARK --set-xmark 0x4000/0x4000\n"
            "-A POSTROUTING -m mark --mark 0x4000/0x4000 -j MASQUERADE\n",
            "warns: lost-snat");
        row("kube-proxy's usual marks",
            "*nat\n-A PREROUTING ! -s 10.244.0.0/16 -m set --match-set KUBE-CLUSTER-IP dst,dst -j MARK --set-xmark 0x4000/0x4000\n"
            "-A POSTROUTING -m set --match-set KUBE-LOOP-BACK dst,dst,src -j MASQUERADE\n"
            "-A POSTROUTING -m mark --mark 0x4000/0x4000 -j MASQUERADE\n",
            "goes on");
        QTest::newRow("the node's own queries")
            << pods + "scope: any\n"
            << "10.244.1.3:53 Masq" << routed
            << "*filter\n:OUTPUT DROP [0:0]\n-A OUTPUT -s 10.244.0.0/16 -j ACCEPT\n-A OUTPUT -m conntrack --ctstate NEW -j ACCEPT\n"
            << "warns: host-queries stateful-forward";
        QTest::newRow("the node's own answers, of a server that no rule names")
            << pods + "scope: any\n"
            << "192.0.2.12:53 Masq" << routed
            << "*filter\n:INPUT DROP [0:0]\n-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT\n-A INPUT -i cni0 -j ACCEPT\n"
            << "warns: host-queries stateful-forward backend-outside-pod-cidrs";
        QTest::newRow("the node's own queries where nodes do not balance for themselves") << "podCIDRs: [192.0.2.0/24]\nscope: any\n"
                                                                                          << "192.0.2.61:53 Masq" << flat << "*filter\n"
                                                                                          << "warns: host-queries";
        QTest::newRow("the same beside kube-proxy") << "podCIDRs: [192.0.2.0/24]\nscope: any\n"
                                                    << "192.0.2.61:53 Masq" << flat << "*filter\n:KUBE-FIREWALL - [0:0]\n"
                                                    << "refuses: host-queries";
        QTest::newRow("the node's own answers") << pods + "scope: any\n"
                                                << "10.244.1.3:53 Masq" << routed
                                                << "*filter\n:INPUT DROP [17:1523]\n-A INPUT -i lo -j ACCEPT\n-A INPUT -m conntrack "
                                                   "--ctstate RELATED,ESTABLISHED -j ACCEPT\n-A INPUT -p udp -m udp --dport 53 -j ACCEPT\n"
                                                << "warns: host-queries stateful-forward";
        const QString intoPods = "*nat\n-A POSTROUTING ! -s 10.244.0.0/16 -d 10.244.0.0/16 -j MASQUERADE\n";
        QTest::newRow("masquerade into pods, a server outside")
            << pods << "192.0.2.12:53 Masq" << routed << intoPods << "refuses: masqueraded-answer backend-outside-pod-cidrs";
        QTest::newRow("masquerade into pods, a server on this node")
            << pods << "192.0.2.11:53 Masq" << routed << intoPods << "refuses: masqueraded-answer backend-outside-pod-cidrs";
        QTest::newRow("masquerade into pods, another port")
            << pods << "10.244.2.3:1053 Masq" << routed << intoPods << "refuses: masqueraded-answer";
        QTest::newRow("masquerade into pods, this node's pods named")
            << "podCIDRs: [10.244.1.0/24]\n"
            << remote << routed << intoPods << "refuses: masqueraded-answer per-node-cidr";
        QTest::newRow("masquerade into pods, by way of a mark")
            << pods << "192.0.2.12:53 Masq" << routed
            << "*mangle\n-A FORWARD -i eth0 -m conntrack --ctstate NEW -j MARK --set-xmark 0x8000/0x8000\n"
               "*nat\n-A POSTROUTING -m mark --mark 0x8000/0x8000 -j MASQUERADE\n"
            << "refuses: masqueraded-answer backend-outside-pod-cidrs";
        row("masquerade into pods, every answer named", intoPods, "goes on");
        QTest::newRow("masquerade out of the cluster, a server outside")
            << pods << "192.0.2.12:53 Masq" << routed << "*nat\n-A POSTROUTING -s 10.244.0.0/16 ! -d 10.244.0.0/16 -j MASQUERADE\n"
            << "warns: backend-outside-pod-cidrs lost-snat";
        QTest::newRow("a direct-routing server outside")
            << pods << "192.0.2.12:53 Route" << routed << intoPods << "warns: backend-outside-pod-cidrs";
        const QString outOfPods = "*nat\n-A POSTROUTING -s 10.244.0.0/16 ! -d 10.244.0.0/16 -j MASQUERADE\n";
        QTest::newRow("every address is a pod's")
            << QString("podCIDRs: [0.0.0.0/0]\n") << remote << routed << outOfPods << "warns: foreign-networks";
        QTest::newRow("a network of the Internet")
            << QString("podCIDRs: [10.244.0.0/16, 8.8.0.0/16]\n") << remote << routed << outOfPods << "warns: foreign-networks";
        QTest::newRow("pods with addresses of their own") << QString("podCIDRs: [10.244.0.0/16, 8.8.0.0/16]\n") << remote << routed
                                                          << "*nat\n-A POSTROUTING -s 10.244.0.0/16 -d 192.0.2.0/24 -j MASQUERADE\n"
                                                          << "goes on";
        row("the mangle table", "*mangle\n-A FORWARD -p udp -m udp --sport 53 -m conntrack ! --ctstate RELATED,ESTABLISHED -j DROP\n",
            refuses);
        QTest::newRow("direct routing") << QString("podCIDRs: [192.0.2.0/24]\n") << "192.0.2.61:53 Route" << flat
                                        << "*filter\n:FORWARD DROP [0:0]\n-A FORWARD -m state --state RELATED,ESTABLISHED -j ACCEPT\n"
                                        << "goes on";
        QTest::newRow("tunnelling") << QString("podCIDRs: [192.0.2.0/24]\n") << "192.0.2.61:53 Tunnel" << flat
                                    << "*filter\n:FORWARD DROP [0:0]\n-A FORWARD -m state --state RELATED,ESTABLISHED -j ACCEPT\n"
                                    << "goes on";
        row("a stale DNAT", "*nat\n-A PREROUTING -d 10.96.0.10/32 -p udp -m udp --dport 53 -j DNAT --to-destination 10.244.2.3:53\n",
            "goes on");
        QTest::newRow("ports of the real servers") << pods + "ports: [53, 1053]\n"
                                                   << "10.244.2.3:1053 Masq" << routed << "*filter\n"
                                                   << "goes on";
        QTest::newRow("a port that nobody has") << pods + "ports: [53, 5353]\n"
                                                << "10.244.2.3:1053 Masq" << routed << "*filter\n"
                                                << "warns: not-ipvs";
        row("an owner of what IPVS sends on",
            "*filter\n:OUTPUT DROP [0:0]\n-A OUTPUT -m owner --uid-owner 0 -j ACCEPT\n-A OUTPUT -m conntrack --ctstate NEW -j ACCEPT\n",
            refuses);
        row("all but an owner's",
            "*filter\n:OUTPUT DROP [0:0]\n-A OUTPUT -m owner ! --uid-owner 0 -j ACCEPT\n-A OUTPUT -m conntrack --ctstate NEW -j ACCEPT\n",
            "goes on");
        row("a state and a direction",
            "*filter\n-A FORWARD -p udp -m udp --sport 53 -m conntrack --ctstate UNTRACKED --ctdir REPLY -j DROP\n", refuses);
        row("a direction alone", "*filter\n-A FORWARD -p udp -m udp --sport 53 -m conntrack --ctdir ORIGINAL -j DROP\n", "goes on");
        for (const int chains : {63, 64, 200}) {
            QString many = "*filter\n";
            for (int i = 1; i <= chains; ++i)
                many += QString("-A FORWARD -d 10.244.1.%1/32 -j POD-%1\n-A POD-%1 -m conntrack --ctstate RELATED,ESTABLISHED -j "
                                "ACCEPT\n-A POD-%1 -j REJECT\n")
                            .arg(i);
            QTest::addRow("%d chains", chains) << pods << remote << routed << many << refuses;
        }
    }

    void inputs()
    {
        QFETCH(QString, profile);
        QFETCH(QString, server);
        QFETCH(QString, routes);
        QFETCH(QString, tables);
        QFETCH(QString, expected);
        QCOMPARE(verdict(readText(profile), nodeWith(routes, server, tables)), expected);
    }

    /// Pods on a bridge past netfilter: DNS pods of this node answer its pods only where queries are masqueraded.
    void bridgePastNetfilter_data()
    {
        QTest::addColumn<QString>("server");
        QTest::addColumn<QString>("tables");
        QTest::addColumn<QString>("expected");
        const QString all = "*nat\n-A PREROUTING -m set --match-set KUBE-CLUSTER-IP dst,dst -j MARK --set-xmark 0x4000/0x4000\n"
                            "-A POSTROUTING -m mark --mark 0x4000/0x4000 -j MASQUERADE\n";
        QTest::newRow("masqueraded") << "10.244.1.3:53 Masq" << all << "refuses: bridge-netfilter lost-snat";
        QTest::newRow("masqueraded by IPVS's match") << "10.244.1.3:53 Masq"
                                                     << "*nat\n-A POSTROUTING -m ipvs --vaddr 10.96.0.10 -j MASQUERADE\n"
                                                     << "refuses: bridge-netfilter lost-snat";
        QTest::newRow("not masqueraded") << "10.244.1.3:53 Masq"
                                         << "*nat\n"
                                         << "warns: bridge-netfilter";
        QTest::newRow("a server elsewhere") << "10.244.2.3:53 Masq" << all << "warns: bridge-netfilter lost-snat";
    }

    void bridgePastNetfilter()
    {
        QFETCH(QString, server);
        QFETCH(QString, tables);
        QFETCH(QString, expected);
        NodeFacts facts = nodeWith(routed, server, tables);
        facts.podsOnBridge = true;
        facts.bridgeCallsIptables = false;
        QCOMPARE(verdict(readText("podCIDRs: [10.244.0.0/16]\n"), facts), expected);
    }

    /// One network holds the pods of all nodes: which server is here cannot be told from a route.
    void oneNetwork_data()
    {
        QTest::addColumn<QString>("routes");
        QTest::addColumn<QString>("expected");
        const QString rest = "0.0.0.0/0 eth0 gateway, 192.0.2.0/24 eth0, ";
        QTest::newRow("as wide as the pods' network") << rest + "10.32.0.0/12 weave"
                                                      << "refuses: host-queries";
        QTest::newRow("wider") << rest + "10.0.0.0/8 weave"
                               << "refuses: host-queries";
        QTest::newRow("this node's part") << rest + "10.32.0.0/24 cni0, 10.40.0.0/24 cni0"
                                          << "warns: host-queries";
    }

    void oneNetwork()
    {
        QFETCH(QString, routes);
        QFETCH(QString, expected);
        NodeFacts facts = nodeWith(routes, "10.32.0.3:53 Masq", "*filter\n");
        facts.virtualServices.front().realServers.push_back(readServer("10.40.0.2:53 Masq"));
        QCOMPARE(verdict(readText("podCIDRs: [10.32.0.0/12]\nscope: any\n"), facts), expected);
    }

    /// A server in a namespace of this node is here, whatever the route says.
    void oneNetworkWithItsPods()
    {
        NodeFacts facts = nodeWith("0.0.0.0/0 eth0 gateway, 10.32.0.0/12 weave", "10.32.0.3:53 Masq", "*filter\n");
        const Profile profile = readText("podCIDRs: [10.32.0.0/12]\nscope: any\n");
        QCOMPARE(verdict(profile, facts), QString("refuses: host-queries"));
        facts.podNamespaces = {{"pod-a", {*readAddress("10.32.0.3")}}};
        QCOMPARE(verdict(profile, facts), QString("warns: host-queries"));
    }

    void settingsOfIpvs()
    {
        NodeFacts facts = nodeWith(routed, "10.244.2.3:53 Masq", "*filter\n");
        facts.virtualServices.front().onePacket = true;
        QCOMPARE(verdict(readText("podCIDRs: [10.244.0.0/16]\n"), facts), QString("warns: one-packet-scheduling"));
        facts.virtualServices.front().realServers.front().forwarding = "Route";
        QCOMPARE(verdict(readText("podCIDRs: [10.244.0.0/16]\n"), facts), QString("goes on"));
        facts.expireNoDestination = false;
        const std::vector<Finding> findings = judge(readText("podCIDRs: [10.244.0.0/16]\n"), facts, Backend::Iptables);
        QCOMPARE(findings.size(), std::size_t{1});
        QCOMPARE(QString::fromStdString(findings.front().id), QString("stale-servers"));
    }

    /// What is told and refuses nothing, with the command that ends it.
    void icmpInvalid()
    {
        const NodeFacts facts = nodeWith(routed, "10.244.2.3:53 Masq", "*filter\n-A FORWARD -m conntrack --ctstate INVALID -j DROP\n");
        const std::vector<Finding> findings = judge(readText("podCIDRs: [10.244.0.0/16]\n"), facts, Backend::Iptables);
        QCOMPARE(findings.size(), std::size_t{1});
        QCOMPARE(findings.front().id, std::string("icmp-invalid"));
        QCOMPARE(findings.front().severity, Severity::Info);
        QCOMPARE(findings.front().advice.front(), std::string("iptables -I FORWARD -p icmp --icmp-type destination-unreachable -j ACCEPT"));
    }

    /// Chains of nft's own, as `nft list table` prints them.
    void nativeChains_data()
    {
        QTest::addColumn<QString>("chains");
        QTest::addColumn<QString>("expected");
        const QString forward = "chain forward {\ntype filter hook forward priority filter; policy drop;\n";
        const QString refuses = "refuses: stateful-forward";
        QTest::newRow("a verdict map")
            << forward + "ct state vmap { invalid : drop, established : accept, related : accept }\nudp dport 53 accept\n}\n"
            << refuses;
        QTest::newRow("a jump") << forward + "jump common\n}\nchain common {\nct state established,related accept\nudp dport 53 accept\n}\n"
                                << refuses;
        QTest::newRow("plain") << forward + "ct state established,related accept\nudp dport 53 accept\n}\n" << refuses;
        QTest::newRow("untracked let through") << forward + "ct state established,related,untracked accept\nudp dport 53 accept\n}\n"
                                               << "goes on";
        QTest::newRow("stateless")
            << "chain input {\ntype filter hook input priority filter; policy drop;\nct state established,related accept\n"
               "iifname { \"lo\", \"cni0\", \"flannel.1\" } accept\n}\n"
               "chain forward {\ntype filter hook forward priority filter; policy accept;\n}\n"
            << "goes on";
        QTest::newRow("pods by their network") << forward + "ip saddr 10.244.0.0/16 ip daddr 10.244.0.0/16 accept\n}\n"
                                               << "goes on";
        QTest::newRow("answers by their port")
            << forward + "ct state established accept\nudp sport { 53, 5353 } counter packets 0 bytes 0 accept\nudp dport 53 accept\n}\n"
            << "goes on";
        QTest::newRow("a named set") << forward + "ct state established accept\nip saddr @pods accept\nudp dport 53 accept\n}\n"
                                     << "warns: stateful-forward";
        QTest::newRow("reject at the end")
            << "chain forward {\ntype filter hook forward priority filter; policy accept;\nct state established,related accept\n"
               "ct status dnat accept\nudp dport 53 accept\nreject with icmpx admin-prohibited\n}\n"
            << refuses;
        QTest::newRow("a goto") << forward + "goto more\naccept\n}\nchain more {\nct state established accept\nudp dport 53 accept\n}\n"
                                << refuses;
        QTest::newRow("another protocol") << forward + "meta l4proto udp accept\n}\n"
                                          << "goes on";
        const QString jumped = "chain stateful {\nct state established,related accept\nudp dport 53 accept\n}\n";
        QTest::newRow("a map of interfaces") << forward + "iifname vmap { \"cni0\" : jump stateful, \"flannel.1\" : jump stateful }\n}\n" +
                                                    jumped
                                             << refuses;
        QTest::newRow("a map of protocols") << forward + "meta l4proto vmap { udp : jump stateful, tcp : accept }\n}\n" + jumped << refuses;
        QTest::newRow("a map of ports")
            << "chain forward {\ntype filter hook forward priority filter; policy accept;\nudp sport vmap { 53 : jump s }\n}\n"
               "chain s {\nct state established accept\ndrop\n}\n"
            << refuses;
        QTest::newRow("untracked dropped before routing")
            << "chain p {\ntype filter hook prerouting priority filter; policy accept;\nct state untracked udp dport 53 drop\n}\n"
            << refuses;
        QTest::newRow("untracked dropped after routing")
            << "chain p {\ntype filter hook postrouting priority filter; policy accept;\nct state untracked udp dport 53 drop\n}\n"
            << refuses;
        QTest::newRow("interfaces by their beginning")
            << forward + "ct state established accept\niifname { \"cni*\", \"flannel*\" } accept\n}\n"
            << "goes on";
        QTest::newRow("pairs of interfaces")
            << forward + "ct state established accept\niifname . oifname { \"cni0\" . \"flannel.1\" } accept\n}\n"
            << refuses;
        QTest::newRow("an interface from the pods") << forward + "ct state established accept\niifname \"cni0\" accept\n}\n" << refuses;
    }

    void nativeChains()
    {
        QFETCH(QString, chains);
        QFETCH(QString, expected);
        NodeFacts facts = nodeWith(routed, "10.244.2.3:53 Masq", "*filter\n");
        facts.nativeTables = {readNativeTable(("table inet filter {\n" + chains + "}\n").toStdString(), "inet filter")};
        QCOMPARE(verdict(readText("podCIDRs: [10.244.0.0/16]\n"), facts), expected);
    }

    /// A rule of nft's own stands first in the chain that drops.
    void nativeAdvice()
    {
        NodeFacts facts = nodeWith(routed, "10.244.2.3:53 Masq", "*filter\n");
        const std::string table = "table inet filter {\nchain into-pods {\ntype filter hook forward priority filter; policy drop;\n"
                                  "ct state established,related accept\nudp dport 53 accept\n}\n}\n";
        facts.nativeTables = {readNativeTable(table, "inet filter")};
        const std::vector<Finding> findings = judge(readText("podCIDRs: [10.244.0.0/16]\n"), facts, Backend::Iptables);
        QCOMPARE(findings.front().advice,
                 std::vector<std::string>{
                     "nft insert rule inet filter into-pods ip saddr 10.244.0.0/16 udp sport 53 ct state untracked accept"});
    }

    /// Weave's policies at INPUT know new connections only: a rule before them ends the loss, a NetworkPolicy does not.
    void advice()
    {
        const NodeFacts facts =
            nodeWith(routed, "10.244.2.3:53 Masq",
                     "*filter\n-A INPUT -i cni0 -j WEAVE-NPC-EGRESS\n-A WEAVE-NPC-EGRESS -m state --state NEW -j MARK --set-xmark 0x1/0x1\n"
                     "-A WEAVE-NPC-EGRESS -m mark ! --mark 0x1/0x1 -j DROP\n");
        const std::vector<Finding> findings = judge(readText("podCIDRs: [10.244.0.0/16]\n"), facts, Backend::Iptables);
        QCOMPARE(findings.front().severity, Severity::Fatal);
        QCOMPARE(findings.front().advice.front(),
                 "iptables -I INPUT -p udp -s 10.244.0.0/16 -d 10.96.0.10 --dport 53 -m conntrack --ctstate UNTRACKED -j ACCEPT");
    }
};

QTEST_APPLESS_MAIN(SmallInputsTest)
#include "small_inputs_test.moc"
