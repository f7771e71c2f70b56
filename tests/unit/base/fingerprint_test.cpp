#include "core/base/fingerprint.h"

#include <QTest>

#include <set>
#include <vector>

using namespace notrack;

class FingerprintTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// Every bit of texts of every length counts, and the length, and what came before.
    void everyBitCounts()
    {
        std::set<std::uint64_t> seen;
        std::size_t made = 0;
        for (std::size_t length = 0; length < 80; ++length) {
            std::vector<std::byte> bytes(length);
            seen.insert(hashOfBytes(bytes));
            seen.insert(hashOfBytes(bytes, 1));
            made += 2;
            for (std::size_t bit = 0; bit < 8 * length; ++bit, ++made) {
                bytes[bit / 8] ^= std::byte{1} << static_cast<int>(bit % 8);
                seen.insert(hashOfBytes(bytes));
                bytes[bit / 8] = std::byte{0};
            }
        }
        QCOMPARE(seen.size(), made);
    }

    void placesCount()
    {
        std::set<std::uint64_t> seen;
        for (std::size_t place = 0; place < 96; ++place) {
            std::vector<std::byte> bytes(96);
            bytes[place] = std::byte{7};
            seen.insert(hashOfBytes(bytes));
        }
        QCOMPARE(seen.size(), std::size_t{96});
    }
};

QTEST_APPLESS_MAIN(FingerprintTest)
#include "fingerprint_test.moc"
