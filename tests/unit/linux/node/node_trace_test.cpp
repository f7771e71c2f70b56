#include "core/linux/node/node_inspector.h"

#include <QTest>

#include <map>

using namespace notrack;

namespace
{

const std::string head = "IP Virtual Server version 1.2.1 (size=4096)\nProt LocalAddress:Port Scheduler Flags\n  -> RemoteAddress:Port "
                         "Forward Weight ActiveConn InActConn\n";
const std::string ours = "UDP  0A60000A:0035 rr\n  -> 0AF40103:0035 Masq 1 0 0\n"; // 10.96.0.10 to 10.244.1.3

constexpr const char* onePod = "veth1 0901F40A 00000000 0001 0 0 0 FFFFFFFF 0 0 0\n";

} // namespace

/// What moves the trace of a node, and what does not.
class NodeTraceTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_files = {{"/proc/net/ip_vs", head + ours}, {"/proc/net/route", onePod}, {"/proc/sys/net/ipv4/vs/conntrack", "1\n"}};
        m_rules = NodeTrace{.facts = "legacy", .nftables = "nft", .generation = 3};
    }

    void moves_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("moved");
        const auto table = [](const std::string& services) { return QString::fromStdString(head + services); };
        const QString ipvs = "/proc/net/ip_vs";
        QTest::newRow("connections") << ipvs << table("UDP  0A60000A:0035 rr\n  -> 0AF40103:0035 Masq 1 7 900\n") << false;
        QTest::newRow("a weight") << ipvs << table("UDP  0A60000A:0035 rr\n  -> 0AF40103:0035 Masq 5 0 0\n") << false;
        QTest::newRow("a service of others") << ipvs << table(ours + "TCP  0A600063:0050 rr\n  -> 0AF40109:1F90 Masq 1 0 0\n") << false;
        QTest::newRow("its server on our port") << ipvs << table(ours + "UDP  C0000201:7530 rr\n  -> 0AF40103:0035 Masq 1 0 0\n") << true;
        QTest::newRow("a server more") << ipvs << table(ours + "  -> 0AF40104:0035 Masq 1 0 0\n") << true;
        QTest::newRow("a server less") << ipvs << table("UDP  0A60000A:0035 rr\n") << true;
        QTest::newRow("a server that takes nobody") << ipvs << table("UDP  0A60000A:0035 rr\n  -> 0AF40103:0035 Masq 0 0 0\n") << true;
        QTest::newRow("another way to it") << ipvs << table("UDP  0A60000A:0035 rr\n  -> 0AF40103:0035 Tunnel 1 0 0\n") << true;
        QTest::newRow("another scheduler") << ipvs << table("UDP  0A60000A:0035 sh\n  -> 0AF40103:0035 Masq 1 0 0\n") << true;
        QTest::newRow("one packet") << ipvs << table("UDP  0A60000A:0035 rr ops\n  -> 0AF40103:0035 Masq 1 0 0\n") << true;
        QTest::newRow("a mark") << ipvs << table(ours + "FWM  00000001 rr\n") << true;
        QTest::newRow("no IPVS") << ipvs << "" << true;
        for (const char* sysctl : {"bridge/bridge-nf-call-iptables", "bridge/bridge-nf-call-ip6tables", "ipv4/vs/expire_nodest_conn"})
            QTest::newRow(sysctl) << QString("/proc/sys/net/") + sysctl << "1\n" << true;
        QTest::newRow("expire_nodest_conn that is there") << "/proc/sys/net/ipv4/vs/expire_nodest_conn"
                                                          << "0\n"
                                                          << true;
        QTest::newRow("ipv4/vs/conntrack") << "/proc/sys/net/ipv4/vs/conntrack"
                                           << "0\n"
                                           << true;
        QTest::newRow("modprobe") << "/etc/modprobe.d/raw.conf"
                                  << "options iptable_raw raw_before_defrag=1\n"
                                  << true;
        QTest::newRow("the kernel's command line") << "/proc/cmdline"
                                                   << "iptable_raw.raw_before_defrag=1\n"
                                                   << true;
        QTest::newRow("a module") << "/sys/module/nft_ct"
                                  << "" << true;
        QTest::newRow("a route") << "/proc/net/route" << QString(onePod) + "eth0 0000F40A 0101A8C0 0003 0 0 0 0000FFFF 0 0 0\n" << true;
        QTest::newRow("a route to one pod") << "/proc/net/route" << QString(onePod) + "veth0 0701F40A 00000000 0001 0 0 0 FFFFFFFF 0 0 0\n"
                                            << false;
        QTest::newRow("conntrack") << "/proc/sys/net/netfilter/nf_conntrack_count"
                                   << "5\n"
                                   << false;
    }

    void moves()
    {
        QFETCH(QString, path);
        QFETCH(QString, text);
        QFETCH(bool, moved);
        m_files["/sys/class/net/veth0/address"] = "";
        const auto before = trace();
        m_files[path.toStdString()] = text.toStdString();
        const auto after = trace();
        QVERIFY(before && after);
        QCOMPARE(!before->sameAs(*after), moved);
    }

    void rulesMoveIt()
    {
        const auto before = trace();
        m_rules->generation = 4;
        QVERIFY(trace()->sameAs(*before));
        m_rules->nftables = "others";
        QVERIFY(!trace()->sameAs(*before));
        m_rules = NodeTrace{.facts = "others", .nftables = "nft"};
        QVERIFY(!trace()->sameAs(*before));
        m_rules.reset();
        QVERIFY(!trace());
    }

    void anIpvsTableThatCannotBeReadLeavesNoTrace()
    {
        m_unreadable = "/proc/net/ip_vs";
        QVERIFY(!trace());
    }

private:
    std::optional<NodeTrace> trace()
    {
        FactSources sources;
        sources.files = {.read =
                             [this](const std::string& path) {
                                 const auto found = m_files.find(path);
                                 return Result<std::string>(found == m_files.end() ? "" : found->second);
                             },
                         .readLines = [this](const std::string& path, const std::function<void(std::string_view)>& take) -> Result<void> {
                             if (path == m_unreadable)
                                 return makeError(ErrorKind::Failed, "no memory", path);
                             for (const QString& line : QString::fromStdString(m_files[path]).split('\n', Qt::SkipEmptyParts))
                                 take(line.toStdString());
                             return {};
                         },
                         .exists = [this](const std::string& path) { return m_files.contains(path); },
                         .namesIn =
                             [this](const std::string& folder) {
                                 std::vector<std::string> names;
                                 for (const auto& [path, text] : m_files) {
                                     if (path.starts_with(folder + "/"))
                                         names.push_back(path.substr(folder.size() + 1));
                                 }
                                 return names;
                             }};
        sources.traceRules = [this](const NodeTrace*) { return m_rules; };
        Profile profile;
        profile.services = {*readAddress("10.96.0.10")};
        profile.podCidrs = {*readPrefix("10.244.0.0/16")};
        return LinuxNodeInspector(sources).trace(profile, nullptr);
    }

    std::map<std::string, std::string> m_files;
    std::optional<NodeTrace> m_rules;
    std::string m_unreadable;
};

QTEST_APPLESS_MAIN(NodeTraceTest)
#include "node_trace_test.moc"
