#include "core/base/keyed_hash.h"

#include <QTest>

using namespace notrack;

/// The vectors that the authors of SipHash-2-4 published: the key 00 to 0f, and the bytes 00, 01, … of each length.
class KeyedHashTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isSipHash_data()
    {
        QTest::addColumn<int>("length");
        QTest::addColumn<quint64>("hash");
        QTest::newRow("nothing") << 0 << quint64{0x726fdb47dd0e0e31};
        QTest::newRow("a byte") << 1 << quint64{0x74f839c593dc67fd};
        QTest::newRow("a word") << 8 << quint64{0x93f5f5799a932462};
        QTest::newRow("more than a word") << 15 << quint64{0xa129ca6149be45e5};
    }

    void isSipHash()
    {
        QFETCH(int, length);
        QFETCH(quint64, hash);
        std::string bytes;
        for (int i = 0; i < length; ++i)
            bytes += static_cast<char>(i);
        QCOMPARE(keyedHash({0x0706050403020100, 0x0f0e0d0c0b0a0908}, bytes), hash);
    }
};

QTEST_APPLESS_MAIN(KeyedHashTest)
#include "keyed_hash_test.moc"
