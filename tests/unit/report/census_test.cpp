#include "core/report/census.h"

#include <QTest>

using namespace notrack;

namespace
{

struct Ends
{
    const char* source;
    int sourcePort;
    const char* destination;
    int destinationPort;
    const char* server; ///< that answers, "" for the destination
    int serverPort = 53;
};

Flow flowOf(int protocol, const Ends& ends, int tcpState = 0)
{
    const auto port = [](int number) { return Port{static_cast<std::uint16_t>(number)}; };
    const std::string server = *ends.server == '\0' ? ends.destination : ends.server;
    return {.protocol = static_cast<std::uint8_t>(protocol),
            .source = *readAddress(ends.source),
            .destination = *readAddress(ends.destination),
            .sourcePort = port(ends.sourcePort),
            .destinationPort = port(ends.destinationPort),
            .replySource = *readAddress(server),
            .replySourcePort = port(*ends.server == '\0' ? ends.destinationPort : ends.serverPort),
            .tcpState = static_cast<std::uint8_t>(tcpState)};
}

Profile profileOf(Scope scope, std::vector<Protocol> protocols)
{
    Profile profile;
    profile.services = {*readAddress("10.96.0.10"), *readAddress("fd00:96::a")};
    profile.podCidrs = {*readPrefix("10.244.0.0/16"), *readPrefix("fd00:244::/48")};
    profile.scope = scope;
    profile.protocols = std::move(protocols);
    return profile;
}

/// "dns" or another class, and "out" where the profile takes it out.
QString classOf(const Profile& profile, const Flow& flow)
{
    CensusTaker taker(profile, {*readPrefix("192.0.2.1/32"), *readPrefix("10.96.0.10/32"), *readPrefix("10.244.1.1/32")});
    taker.count(flow);
    const Census census = taker.take();
    QString text;
    if (census.dns > 0)
        text = "dns";
    if (census.tunnel > 0)
        text += "tunnel";
    if (census.otherUdp > 0)
        text += "udp";
    if (census.other > 0)
        text += "other";
    for (const TcpStateCount& state : census.tcp)
        text += QString::fromStdString(state.state);
    return text + (census.takenOut > 0 ? " out" : "");
}

} // namespace

class CensusTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyEntryHasAClass_data()
    {
        QTest::addColumn<Flow>("flow");
        QTest::addColumn<QString>("pods");
        QTest::addColumn<QString>("any");
        const auto row = [](const char* name, const Flow& flow, const char* pods, const char* any) {
            QTest::newRow(name) << flow << pods << any;
        };
        row("pod, service", flowOf(17, {"10.244.1.5", 40000, "10.96.0.10", 53, "10.244.2.3"}), "dns out", "dns out");
        row("IPv6", flowOf(17, {"fd00:244::5", 40000, "fd00:96::a", 53, "fd00:244::3"}), "dns out", "dns out");
        row("IPVS does not tell the server", flowOf(17, {"10.244.1.5", 40000, "10.96.0.10", 53, ""}), "dns out", "dns out");
        row("pod, server", flowOf(17, {"10.244.1.5", 40000, "10.244.2.3", 53, ""}), "dns out", "dns out");
        row("answers that no rule names: elsewhere", flowOf(17, {"10.244.1.5", 40000, "10.96.0.10", 53, "192.0.2.2"}), "dns", "dns");
        row("answers that no rule names: a port", flowOf(17, {"10.244.1.5", 40000, "10.96.0.10", 53, "10.244.2.3", 1053}), "dns", "dns");
        row("an answer alone", flowOf(17, {"10.244.2.3", 53, "10.244.1.5", 40000, ""}), "dns out", "dns out");
        row("the node's own", flowOf(17, {"192.0.2.1", 40000, "10.96.0.10", 53, "10.244.2.3"}), "dns", "dns out");
        row("the node's own from the pod network", flowOf(17, {"10.244.1.1", 40000, "10.96.0.10", 53, "10.244.2.3"}), "dns", "dns out");
        row("over TCP", flowOf(6, {"10.244.1.5", 40000, "10.96.0.10", 53, "10.244.2.3"}, 7), "dns", "dns");
        row("another resolver", flowOf(17, {"10.244.1.5", 40000, "198.51.100.1", 53, ""}), "udp", "udp");
        row("VXLAN", flowOf(17, {"192.0.2.1", 40000, "192.0.2.2", 4789, ""}), "tunnel", "tunnel");
        row("Flannel", flowOf(17, {"192.0.2.1", 40000, "192.0.2.2", 8472, ""}), "tunnel", "tunnel");
        row("Geneve", flowOf(17, {"192.0.2.1", 40000, "192.0.2.2", 6081, ""}), "tunnel", "tunnel");
        row("NTP", flowOf(17, {"192.0.2.1", 40000, "192.0.2.2", 123, ""}), "udp", "udp");
        row("TCP", flowOf(6, {"192.0.2.1", 40000, "192.0.2.2", 443, ""}, 3), "ESTABLISHED", "ESTABLISHED");
        row("a state that this program does not know", flowOf(6, {"192.0.2.1", 40000, "192.0.2.2", 443, ""}, 99), "SYN_SENT2", "SYN_SENT2");
        row("ICMP", flowOf(1, {"10.244.1.5", 0, "10.96.0.10", 0, ""}), "other", "other");
    }

    void everyEntryHasAClass()
    {
        QFETCH(Flow, flow);
        QFETCH(QString, pods);
        QFETCH(QString, any);
        QCOMPARE(classOf(profileOf(Scope::Pods, {Protocol::Udp}), flow), pods);
        QCOMPARE(classOf(profileOf(Scope::Any, {Protocol::Udp}), flow), any);
    }

    void tcpWhereTheProfileNamesIt()
    {
        const Flow flow = flowOf(6, {"10.244.1.5", 40000, "10.96.0.10", 53, "10.244.2.3"}, 7);
        QCOMPARE(classOf(profileOf(Scope::Pods, {Protocol::Udp, Protocol::Tcp}), flow), QString("dns out"));
    }

    /// A tunnel's outer packets are not answered from their port: one direction decides. This node's meet OUTPUT's rules.
    void tunnelsThatTheProfileNames()
    {
        Profile profile = profileOf(Scope::Pods, {Protocol::Udp});
        profile.tunnels = {{Port{9000}, {*readPrefix("192.0.2.0/24")}}};
        QCOMPARE(classOf(profile, flowOf(17, {"192.0.2.1", 40000, "192.0.2.2", 9000, ""})), QString("tunnel out"));
        QCOMPARE(classOf(profile, flowOf(17, {"192.0.2.2", 40000, "192.0.2.1", 9000, ""})), QString("tunnel out"));
        QCOMPARE(classOf(profile, flowOf(17, {"198.51.100.1", 40000, "192.0.2.1", 9000, ""})), QString("tunnel"));
        QCOMPARE(classOf(profile, flowOf(17, {"192.0.2.1", 40000, "192.0.2.2", 8472, ""})), QString("tunnel"));
    }

    void isTold()
    {
        const Census census{20, 8, 9, 2, 3, {{"ESTABLISHED", 5}, {"TIME_WAIT", 1}}, 0};
        QCOMPARE(QString::fromStdString(describeCensus(census, false)), QString("who fills the conntrack table, of 20 entries:\n"
                                                                                "  DNS of the services: 9 (45.0 %)\n"
                                                                                "  TCP ESTABLISHED: 5 (25.0 %)\n"
                                                                                "  other UDP: 3 (15.0 %)\n"
                                                                                "  tunnel (VXLAN, Geneve): 2 (10.0 %)\n"
                                                                                "  TCP TIME_WAIT: 1 (5.0 %)\n"
                                                                                "this profile takes out 8 of them (40.0 %)\n"));
        QCOMPARE(QString::fromStdString(describeCensus({}, true)),
                 QString("who fills the conntrack table, of 0 entries:\n"
                         "this profile takes out 0 of them (0.0 %): its rules stand, so these are of before\n"));
    }
};

QTEST_APPLESS_MAIN(CensusTest)
#include "census_test.moc"
