#include "core/findings/ip_set_contents.h"

#include <QTest>

#include <string>

using namespace notrack;

namespace
{

IpSet setOf(const QString& type, const QString& elements)
{
    IpSet set{.name = "s", .type = type.toStdString(), .family = Family::Ipv4, .elements = {}, .members = {}, .unread = {}};
    for (const QString& element : elements.split("; ", Qt::SkipEmptyParts))
        set.elements.push_back(*readIpSetElement(element.toStdString()));
    return set;
}

/// "SOURCE DESTINATION": addresses with lengths and ports behind colons, "-" for what is not known.
PacketClass packetOf(const QString& text)
{
    const QStringList ends = text.split(' ');
    const auto network = [](const QString& end) {
        const QString address = end.section(':', 0, 0);
        return address == "-" ? std::nullopt : std::optional(*readPrefix(address.toStdString()));
    };
    const auto port = [](const QString& end) {
        const QString number = end.section(':', 1, 1);
        return number.isEmpty() ? std::nullopt : std::optional(Port{number.toUShort()});
    };
    PacketClass packet;
    packet.source = network(ends[0]);
    packet.sourcePort = port(ends[0]);
    packet.destination = network(ends[1]);
    packet.destinationPort = port(ends[1]);
    packet.destinationUnnamed = ends.size() > 2;
    return packet;
}

QString textOf(Certainty certainty)
{
    return certainty == Certainty::Yes ? "yes" : certainty == Certainty::No ? "no" : "maybe";
}

} // namespace

class IpSetTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void elements_data()
    {
        QTest::addColumn<QString>("text");
        for (const char* text : {"10.244.1.3/32", "10.244.0.0/16 nomatch", "fd00::/64,17:53", "10.0.0.0/8,6:53,0.0.0.0/0 nomatch passing",
                                 "53", "1024-65535", "10.0.0.0/8,192.0.2.0/24"})
            QTest::newRow(text) << text;
    }

    void elements()
    {
        QFETCH(QString, text);
        const std::optional<IpSetElement> element = readIpSetElement(text.toStdString());
        QVERIFY(element);
        QCOMPARE(QString::fromStdString(toText(*element)), text);
    }

    void noElements()
    {
        for (const char* text : {"", " ", ",", "10.244.1.3", "10.244.1.3/33", "10.0.0.0/8,10.0.0.0/8,10.0.0.0/8", "udp:53", "17:", "65536",
                                 "1-", "53,54", "10.0.0.0/8 somehow", "300:53"})
            QVERIFY2(!readIpSetElement(text), text);
    }

    void holds_data()
    {
        QTest::addColumn<QString>("type");
        QTest::addColumn<QString>("elements");
        QTest::addColumn<QString>("directions");
        QTest::addColumn<QString>("packet");
        QTest::addColumn<QString>("holds");
        const auto row = [](const char* type, const char* elements, const char* directions, const char* packet, const char* holds) {
            QTest::addRow("%s { %s } %s of %s", type, elements, directions, packet)
                << QString(type) << QString(elements) << QString(directions) << QString(packet) << QString(holds);
        };
        const char* const answer = "10.244.1.3/32:53 10.244.2.0/24";
        row("hash:ip", "", "src", answer, "no");
        row("hash:ip", "10.244.1.3/32; 10.9.9.9/32", "src", answer, "yes");
        row("hash:ip", "10.244.1.4/32", "src", answer, "no");
        row("hash:ip", "10.244.2.7/32", "dst", answer, "maybe");
        row("hash:ip", "10.244.2.7/32", "dst", "10.244.1.3/32:53 10.244.2.0/24 unnamed", "no");
        row("hash:ip", "10.244.1.3/32 passing", "src", answer, "maybe");
        row("hash:ip", "10.244.1.3/32", "src", "- 10.244.2.0/24", "maybe");
        row("hash:net", "10.244.0.0/16; 10.0.0.0/8", "dst", answer, "yes");
        row("hash:net", "10.244.2.128/25", "dst", answer, "maybe");
        row("hash:net", "10.244.3.0/24; 10.244.1.0/24", "dst", answer, "no");
        row("hash:net", "10.244.0.0/16; 10.244.2.0/24 nomatch", "dst", answer, "no");
        row("hash:net", "10.0.0.0/8 nomatch; 10.244.2.0/24", "dst", answer, "yes");
        row("hash:net", "10.244.0.0/16; 10.244.2.7/32 nomatch", "dst", answer, "maybe");
        row("hash:net", "10.244.0.0/16; 10.244.3.0/24 nomatch", "dst", answer, "yes");
        row("hash:net", "10.244.0.0/16 nomatch; 10.244.2.7/32 nomatch", "dst", answer, "no");
        row("hash:net", "10.244.0.0/16; 10.244.2.0/24 nomatch passing", "dst", answer, "maybe");
        row("hash:ip,port", "10.244.1.3/32,17:53", "src,src", answer, "yes");
        row("hash:ip,port", "10.244.1.3/32,6:53", "src,src", answer, "no");
        row("hash:ip,port", "10.244.1.3/32,17:54", "src,src", answer, "no");
        row("hash:ip,port", "10.244.1.3/32,17:53", "src", answer, "no");
        row("hash:ip,port", "10.244.1.3/32,17:53", "src,src,dst", answer, "yes");
        row("hash:ip,port", "10.244.1.3/32,17:40000", "src,dst", answer, "maybe");
        row("hash:ip,port", "10.244.1.3/32,17:80", "src,dst", answer, "no");
        row("hash:net,port", "10.244.0.0/16,17:53; 10.244.1.0/24,17:53 nomatch", "src,src", answer, "no");
        row("hash:net,port", "10.244.0.0/16,17:53; 10.244.1.0/24,17:54 nomatch", "src,src", answer, "yes");
        row("hash:ip,port,ip", "10.244.1.3/32,17:53,10.244.2.7/32", "src,src,dst", answer, "maybe");
        row("hash:ip,port,net", "10.244.1.3/32,17:53,10.244.0.0/16", "src,src,dst", answer, "yes");
        row("hash:ip,port,net", "10.244.1.3/32,17:53,10.244.0.0/16; 10.244.1.3/32,17:53,10.244.2.0/24 nomatch", "src,src,dst", answer,
            "no");
        row("hash:net,net", "10.244.1.0/24,10.244.0.0/16", "src,dst", answer, "yes");
        row("hash:net,net", "10.244.1.0/24,10.244.0.0/16", "dst,src", answer, "no");
        row("hash:net,net", "10.244.0.0/16,10.244.2.0/24 nomatch; 10.244.1.0/24,10.0.0.0/8", "src,dst", answer,
            "yes"); // the longer first one decides
        row("hash:net,net", "10.244.1.0/24,10.244.2.0/24 nomatch; 10.244.1.0/24,10.0.0.0/8", "src,dst", answer, "no");
        row("hash:net,port,net", "10.244.0.0/16,17:53,10.244.2.0/24", "src,src,dst", answer, "yes");
        row("bitmap:port", "53", "src", answer, "yes");
        row("bitmap:port", "1024-65535", "dst", answer, "yes");
        row("bitmap:port", "1024-40000", "dst", answer, "maybe");
        row("bitmap:port", "1-1023", "dst", answer, "no");
        row("bitmap:ip,mac", "10.244.1.3/32", "src,src", answer, "maybe");
        row("bitmap:ip,mac", "10.244.1.4/32", "src,src", answer, "no");
    }

    void holds()
    {
        QFETCH(QString, type);
        QFETCH(QString, elements);
        QFETCH(QString, directions);
        QFETCH(QString, packet);
        QFETCH(QString, holds);
        const IpSetContents contents(setOf(type, elements), Family::Ipv4, {});
        QCOMPARE(textOf(contents.holds(directions.toStdString(), packetOf(packet))), holds);
        const IpSetContents ofOthers(setOf(type, elements), Family::Ipv6, {});
        QCOMPARE(textOf(ofOthers.holds(directions.toStdString(), packetOf(packet))), QString("no"));
    }

    /// A set that is not known is left to its name; in a list it may hold anything.
    void lists()
    {
        IpSet pods = setOf("hash:net", "10.244.2.0/24");
        pods.name = "pods";
        IpSet unread = setOf("hash:mac", "");
        unread.name = "unread";
        unread.unread = "sets of this type are not read";
        IpSet filled = setOf("hash:ip", "");
        filled.name = "filled";
        IpSet list{.name = "list", .type = "list:set", .family = {}, .elements = {}, .members = {"pods"}, .unread = {}};
        const auto readable = [&] { return readableSets({list, pods, unread, filled}, Family::Ipv4, {"filled"}); };
        QCOMPARE(readable().size(), 2U);
        const PacketClass toPods = packetOf("10.244.1.3/32:53 10.244.2.0/24");
        QCOMPARE(textOf(readable().at("list")->holds("dst", toPods)), QString("yes"));
        QCOMPARE(textOf(readable().at("list")->holds("src", toPods)), QString("no"));
        list.members = {"pods", "unread"};
        QCOMPARE(textOf(readable().at("list")->holds("dst", toPods)), QString("yes"));
        QCOMPARE(textOf(readable().at("list")->holds("src", toPods)), QString("maybe"));
        list.members = {"list"};
        QCOMPARE(textOf(readable().at("list")->holds("src", toPods)), QString("maybe"));
    }
};

QTEST_GUILESS_MAIN(IpSetTest)
#include "ip_set_test.moc"
