#include "core/linux/iptables/legacy_table.h"

#include "core/linux/iptables/rule_codec.h"
#include "core/linux/iptables/rule_layout.h"

#include <QTest>

#include <cstring>

using namespace notrack;

namespace
{

/// What the kernel keeps where a chain begins and a table ends: struct xt_error_target.
std::vector<std::byte> errorTarget(std::string_view name)
{
    std::array<char, 32> payload{};
    name.copy(payload.data(), payload.size() - 1);
    return encodeExtension("ERROR", 0, payload);
}

/// A raw table under construction.
class Bytes
{
public:
    std::size_t add(Family family, const std::vector<std::byte>& target, std::uint64_t counter = 1)
    {
        const std::size_t offset = bytes.size();
        const std::vector<std::byte> entry = encodeEntry(family, std::nullopt, {counter, counter}, {}, target);
        bytes.insert(bytes.end(), entry.begin(), entry.end());
        return offset;
    }

    std::vector<std::byte> bytes;
};

std::vector<std::byte> verdict(int number)
{
    return encodeExtension("", 0, number);
}

constexpr int accept = -2;
constexpr int drop = -1;
constexpr int goBack = -5;

/// PREROUTING jumps to a chain and goes on; OUTPUT drops. The chains of others stand out of order, as old programs left them.
struct Sample
{
    explicit Sample(Family which, std::uint64_t counter = 1) : family(which)
    {
        Bytes table;
        const std::size_t size = encodeEntry(family, std::nullopt, {}, {}, verdict(accept)).size();
        const std::size_t head = encodeEntry(family, std::nullopt, {}, {}, errorTarget("")).size();
        const std::size_t zebra = 5 * size; // where that chain's head is
        const std::size_t apple = zebra + head + 2 * size;
        hooks[0] = 0;
        table.add(family, verdict(static_cast<int>(apple + head)), counter);
        table.add(family, verdict(static_cast<int>(2 * size)), counter); // no target
        table.add(family, verdict(accept), counter);
        hooks[3] = table.bytes.size();
        table.add(family, verdict(static_cast<int>(zebra + head)), counter);
        table.add(family, verdict(drop), counter);
        table.add(family, errorTarget("ZEBRA"));
        table.add(family, encodeExtension("LOG", 0, std::array<char, 64>{}), counter);
        table.add(family, verdict(goBack));
        table.add(family, errorTarget("APPLE"));
        table.add(family, verdict(goBack));
        table.add(family, errorTarget("ERROR"));
        bytes = table.bytes;
    }

    Result<LegacyTable> read() const { return readOf(bytes); }

    Result<LegacyTable> readOf(const std::vector<std::byte>& some) const
    {
        TableBytes copy{std::make_unique<std::byte[]>(some.size()), some.size()};
        std::copy(some.begin(), some.end(), copy.bytes.get());
        return LegacyTable::from(family, hooks, std::move(copy));
    }

    Family family;
    HookOffsets hooks;
    std::vector<std::byte> bytes;
};

QString toText(const LegacyTable& table)
{
    QStringList words;
    for (const LegacyChain& chain : table.chains()) {
        words << QString::fromStdString(std::string(chain.name) + ":" + std::string(chain.policy));
        table.visitRules(chain, [&](std::span<const std::byte>, std::string_view target) {
            words << QString::fromStdString("[" + std::string(target) + "]");
        });
    }
    return words.join(' ');
}

} // namespace

class LegacyTableTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// Chains in the order of libiptc, since a commit holds its hash against ours.
    void chainsAndTargetsAreNamed()
    {
        for (const Family family : allFamilies) {
            const Result<LegacyTable> table = Sample(family).read();
            QVERIFY(table);
            QCOMPARE(toText(*table), QString("PREROUTING:ACCEPT [APPLE] [] OUTPUT:DROP [ZEBRA] APPLE: ZEBRA: [LOG]"));
            const Table decoded = table->decode();
            QCOMPARE(decoded.stamp, table->hash());
            QCOMPARE(decoded.chains.size(), std::size_t{4});
            QVERIFY(decoded.chains[0].entries[0].body == RuleBody(Jump{"APPLE"}));
            QCOMPARE(decoded.chains[1].policy, std::string("DROP"));
        }
    }

    void theHashIsOfEverythingButCounters()
    {
        const Sample sample(Family::Ipv4);
        const std::uint64_t hash = sample.read()->hash();
        QCOMPARE(Sample(Family::Ipv4, 12345).read()->hash(), hash);
        std::vector<std::byte> other = sample.bytes;
        other[0] = std::byte{10}; // a source address
        QVERIFY(sample.readOf(other)->hash() != hash);
        QVERIFY(sample.readOf(other)->hashOfPlaces() != sample.read()->hashOfPlaces());
        QCOMPARE(Sample(Family::Ipv4, 12345).read()->hashOfPlaces(), sample.read()->hashOfPlaces());
        QVERIFY(Sample(Family::Ipv6).read()->hash() != hash);
    }

    void hostileBytesAreHarmless()
    {
        for (const Family family : allFamilies) {
            const Sample sample(family);
            for (std::size_t length = 0; length < sample.bytes.size(); ++length) {
                const auto cut = sample.readOf({sample.bytes.begin(), sample.bytes.begin() + static_cast<std::ptrdiff_t>(length)});
                if (cut)
                    cut->decode();
            }
            for (std::size_t at = 0; at < sample.bytes.size(); ++at) {
                std::vector<std::byte> bent = sample.bytes;
                bent[at] ^= std::byte{0xff};
                if (const auto table = sample.readOf(bent))
                    table->decode();
            }
        }
    }
};

QTEST_APPLESS_MAIN(LegacyTableTest)
#include "legacy_table_test.moc"
