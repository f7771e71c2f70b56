#include "core/net/ip.h"

#include <QTest>

using namespace notrack;

class IpTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void prefixes_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("expected");
        QTest::newRow("IPv4") << "10.244.0.0/16"
                              << "10.244.0.0/16";
        QTest::newRow("IPv6") << "FD00:244::/48"
                              << "fd00:244::/48";
        QTest::newRow("everything") << "0.0.0.0/0"
                                    << "0.0.0.0/0";
        QTest::newRow("host bits") << "10.244.1.0/16"
                                   << "host bits are set; the network is 10.244.0.0/16";
        QTest::newRow("no length") << "10.244.1.0"
                                   << "a prefix needs its length, as in 10.244.0.0/16";
        QTest::newRow("too long") << "10.244.1.0/33"
                                  << "the prefix length must be a number from 0 to 32";
        QTest::newRow("not a number") << "10.244.1.0/x"
                                      << "the prefix length must be a number from 0 to 32";
        QTest::newRow("octal") << "010.244.1.0/24"
                               << "not an IPv4 or IPv6 address";
        QTest::newRow("zone") << "fe80::1%eth0/64"
                              << "not an IPv4 or IPv6 address";
        QTest::newRow("NUL inside") << QString::fromLatin1("10.0.0.0\0/8", 11) << "not an IPv4 or IPv6 address";
    }

    void prefixes()
    {
        QFETCH(QString, text);
        QFETCH(QString, expected);
        const Result<Prefix> prefix = readPrefix(text.toStdString());
        QCOMPARE(QString::fromStdString(prefix ? toText(*prefix) : prefix.error().message), expected);
    }

    void prefixContainsItsAddressesOnly()
    {
        const Prefix pods = *readPrefix("10.244.0.0/15");
        QVERIFY(pods.contains(*readAddress("10.245.255.255")));
        QVERIFY(!pods.contains(*readAddress("10.246.0.0")));
        QVERIFY(!pods.contains(*readAddress("fd00::1")));
    }
};

QTEST_APPLESS_MAIN(IpTest)
#include "ip_test.moc"
