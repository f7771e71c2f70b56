#include "core/linux/node/ipvs_table.h"

#include <QTest>

#include <string>

using namespace notrack;

namespace
{

std::string flatten(const IpvsTable& table)
{
    std::string text;
    for (const VirtualService& service : table.services) {
        text += std::string(toText(service.protocol)) + " " + toText(service.address) + " " + std::to_string(service.port.value) + " " +
                service.scheduler + (service.onePacket ? " one packet" : "") + "\n";
        for (const RealServer& server : service.realServers)
            text += "  " + toText(server.address) + " " + std::to_string(server.port.value) + " " + server.forwarding + " " +
                    std::to_string(server.weight) + " " + std::to_string(server.activeConnections) + " " +
                    std::to_string(server.inactiveConnections) + "\n";
    }
    for (const std::string& line : table.firewallMarks)
        text += line + "\n";
    return text;
}

} // namespace

class IpvsTableTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tables_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("expected");
        const QString head = "IP Virtual Server version 1.2.1 (size=4096)\n"
                             "Prot LocalAddress:Port Scheduler Flags\n"
                             "  -> RemoteAddress:Port Forward Weight ActiveConn InActConn\n";
        QTest::newRow("empty") << head << "";
        QTest::newRow("nothing") << ""
                                 << "";
        QTest::newRow("both families") << head + "UDP  0A60000A:0035 rr  \n"
                                                 "  -> 0AF40103:0035      Masq    1      0          12        \n"
                                                 "UDP  [fd00:0096:0000:0000:0000:0000:0000:000a]:0035 rr\n"
                                                 "  -> [fd00:0244:0000:0001:0000:0000:0000:0003]:0035      Masq    1      0          0\n"
                                       << "udp 10.96.0.10 53 rr\n  10.244.1.3 53 Masq 1 0 12\n"
                                          "udp fd00:96::a 53 rr\n  fd00:244:0:1::3 53 Masq 1 0 0\n";
        QTest::newRow("persistent, other protocols, marks")
            << head + "TCP  C0000201:7D00 wrr persistent 10800 FFFFFFFF\n  -> C0000202:0035 Route 3 1 2\n"
                      "SCTP C0000201:0035 rr\n  -> C0000202:0035 Route 3 1 2\nFWM  00000007 sh mask 24\n  -> C0000202:0035 Tunnel 3 1 2\n"
            << "tcp 192.0.2.1 32000 wrr\n  192.0.2.2 53 Route 3 1 2\nFWM  00000007 sh mask 24\n";
        QTest::newRow("one-packet scheduling") << head + "UDP  0A60000A:0035 rr ops\n"
                                               << "udp 10.96.0.10 53 rr one packet\n";
        QTest::newRow("nonsense") << "UDP\nUDP :\nUDP [::1:0035 rr\nUDP 0A60000A:10035 rr\n-> 0AF40103:0035 Masq 1 0 0\n->\n"
                                  << "";
    }

    void tables()
    {
        QFETCH(QString, text);
        QFETCH(QString, expected);
        QCOMPARE(QString::fromStdString(flatten(readIpvsTable(text.toStdString()))), expected);
    }
};

QTEST_APPLESS_MAIN(IpvsTableTest)
#include "ipvs_table_test.moc"
