#include "core/findings/findings.h"
#include "core/linux/node/node_inspector.h"

#include <QFile>
#include <QProcess>
#include <QTest>

#include <algorithm>

using namespace notrack;

/// Runs as root of network and mount namespaces of its own (see in_namespace).
class NodeInspectorTest : public QObject
{
    Q_OBJECT

private:
    static QString output(const QString& line, const QByteArray& input = {})
    {
        QProcess process;
        process.startCommand(line);
        process.write(input);
        process.closeWriteChannel();
        const bool done = process.waitForFinished() && process.exitCode() == 0;
        return done ? QString::fromUtf8(process.readAllStandardOutput())
                    : "FAILED " + line + ": " + QString::fromUtf8(process.readAllStandardError());
    }

    static void run(const QString& line, const QByteArray& input = {})
    {
        const QString printed = output(line, input);
        QVERIFY2(!printed.startsWith("FAILED"), qPrintable(printed));
    }

    static QString fileText(const QString& path)
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : "not there";
    }

    /// Everything that looking could have created.
    static QString tables()
    {
        return fileText("/proc/net/ip_tables_names") + "|" + fileText("/proc/net/ip6_tables_names") + "|" + output("nft list ruleset");
    }

    static Profile profile()
    {
        Profile profile;
        profile.services = {*readAddress("10.96.0.10")};
        profile.podCidrs = {*readPrefix("10.244.0.0/16")};
        return profile;
    }

    static std::string flatten(const NodeFacts& facts)
    {
        std::string text;
        for (const SavedTable& saved : facts.savedTables)
            text += std::string(toText(saved.backend)) + " " + std::string(toText(saved.family)) + " " + saved.table + " " +
                    std::to_string(saved.lines.size()) + "\n";
        for (const NativeTable& native : facts.nativeTables)
            text += native.name + " " + std::to_string(native.lines.size()) + "\n";
        for (const PodNamespace& pod : facts.podNamespaces)
            text += "pod " + pod.name + " " + toText(pod.addresses.front()) + "\n";
        for (const std::string& line : facts.unread)
            text += "unread: " + line + "\n";
        return text;
    }

private slots:
    void initTestCase()
    {
        run("mount -t tmpfs none /run");
        run("ip link set lo up");
    }

    void lookingCreatesNothing()
    {
        const QString before = tables();
        QCOMPARE(flatten(LinuxNodeInspector().inspect(profile())), std::string());
        QCOMPARE(tables(), before);
    }

    void readsAddressesAndPods()
    {
        run("ip addr add 10.96.0.10/32 dev lo");
        run("ip netns add pod");
        run("ip link add vpod type veth peer name eth0 netns pod");
        run("ip link set vpod up");
        run("ip route add 10.244.1.2/32 dev vpod");
        run("ip -n pod link set eth0 up");
        run("ip -n pod addr add 10.244.1.2/32 dev eth0");
        run("ip netns add other");
        run("ip netns attach node " + QString::number(QCoreApplication::applicationPid()));
        run("touch /run/netns/left-over");
        const NodeFacts facts = LinuxNodeInspector().inspect(profile());
        QCOMPARE(flatten(facts), std::string("pod pod 10.244.1.2\nunread: /run/netns/left-over: not a network namespace\n"));
        QVERIFY(std::count(facts.localPrefixes.begin(), facts.localPrefixes.end(), *readPrefix("10.96.0.10/32")) == 1);
        QCOMPARE(facts.routes, (std::vector<Route>{{*readPrefix("10.244.1.2/32"), "vpod", false}}));
        QCOMPARE(facts.podsOnBridge, std::optional(false));
        run("ip netns del left-over");
    }

    void readsBothBackends()
    {
        run("iptables-legacy -t filter -A FORWARD -p udp --dport 53 -j ACCEPT");
        run("iptables-nft -t nat -A PREROUTING -p udp --dport 53 -d 10.96.0.10 -j DNAT --to-destination 10.244.1.2:53");
        run("ip6tables-nft -t mangle -N KUBE-KUBELET-CANARY");
        run("nft -f -", "table inet firewalld {\nchain filter_FORWARD {\ntype filter hook forward priority 10\n"
                        "ct state established accept\nreject with icmpx type admin-prohibited\n}\n}\n");
        const QString before = tables();
        const NodeFacts facts = LinuxNodeInspector().inspect(profile());
        QCOMPARE(
            flatten(facts),
            std::string("iptables ipv4 filter 4\nnftables ipv4 nat 5\nnftables ipv6 mangle 6\ninet firewalld 5\npod pod 10.244.1.2\n"));
        QCOMPARE(tables(), before);
        std::string ids;
        for (const Finding& finding : judge(profile(), facts, Backend::Iptables))
            ids += std::string(toText(finding.severity)) + " " + finding.id + "\n";
        QCOMPARE(ids, std::string("fatal not-ipvs\nfatal service-dnat\nfatal stateful-forward\n"));
    }

    void longRuleSetsAreRead()
    {
        QByteArray rules = "*nat\n:KUBE-SERVICES - [0:0]\n-A PREROUTING -j KUBE-SERVICES\n";
        for (int i = 0; i < 20'000; ++i)
            rules += "-A KUBE-SERVICES -d 10.97." + QByteArray::number(i / 250) + "." + QByteArray::number(i % 250) +
                     "/32 -p tcp -m comment --comment \"ns/svc:http cluster IP\" -m tcp --dport 80 -j ACCEPT\n";
        run("iptables-legacy-restore", rules + "COMMIT\n");
        const NodeFacts facts = LinuxNodeInspector().inspect(profile());
        QVERIFY(flatten(facts).find("iptables ipv4 nat 2000") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(NodeInspectorTest)
#include "node_inspector_test.moc"
