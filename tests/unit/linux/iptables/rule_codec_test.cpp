#include "core/linux/iptables/rule_codec.h"

#include <QTest>

using namespace notrack;

namespace
{

struct Sample
{
    Family family;
    RuleBody body;
};

std::vector<Sample> samples()
{
    const PortRange trialPorts{Port{40000}, Port{40007}};
    const Prefix pods4 = *readPrefix("10.244.0.0/16");
    const Prefix service4(*readAddress("10.96.0.10"));
    const Prefix pods6 = *readPrefix("fd00:244::/48");
    return {
        {Family::Ipv4, NotrackRule{.protocol = Protocol::Udp, .destination = service4, .destinationPort = PortRange::of(Port{53})}},
        {Family::Ipv4, NotrackRule{.protocol = Protocol::Tcp, .source = pods4, .sourcePort = PortRange::of(Port{5353})}},
        {Family::Ipv4,
         NotrackRule{.source = pods4, .destination = service4, .destinationPort = PortRange::of(Port{53}), .notLocal = NotLocal::Source}},
        {Family::Ipv6,
         NotrackRule{.source = pods6, .destination = pods6, .sourcePort = PortRange::of(Port{53}), .notLocal = NotLocal::Destination}},
        {Family::Ipv4, NotrackRule{.source = pods4, .sourcePort = trialPorts, .destinationPort = PortRange::of(Port{53})}},
        {Family::Ipv6,
         NotrackRule{.protocol = Protocol::Tcp, .source = pods6, .sourcePort = PortRange::of(Port{53}), .destinationPort = trialPorts}},
        {Family::Ipv6, NotrackRule{.sourcePort = trialPorts, .destinationPort = PortRange::of(Port{53}), .target = RuleTarget::Return}},
        {Family::Ipv4, Jump{"NMANAGER_PREROUTING"}},
        {Family::Ipv6, Jump{"NMANAGER_NOT_DNS_OUTPUT"}},
    };
}

std::string nameOfTarget(const RuleBody& body)
{
    if (const auto* rule = std::get_if<NotrackRule>(&body))
        return rule->target == RuleTarget::Return ? "RETURN" : "CT";
    return std::string(targetOf(body));
}

/// What libiptc hands back for a jump and for a verdict: it keeps the name elsewhere.
std::vector<std::byte> asRead(const Sample& sample, const Counters& counters)
{
    std::vector<std::byte> bytes = *encodeRule(sample.family, {sample.body, counters});
    const std::string target = nameOfTarget(sample.body);
    if (target != "CT") {
        const auto* name = reinterpret_cast<const std::byte*>(target.data());
        const auto at = std::search(bytes.begin(), bytes.end(), name, name + target.size());
        std::fill_n(at, target.size(), std::byte{0});
    }
    return bytes;
}

} // namespace

class RuleCodecTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatIsEncodedIsDecoded()
    {
        for (const Sample& sample : samples()) {
            const std::vector<std::byte> bytes = asRead(sample, {7, 700});
            QCOMPARE(toText(decodeRule(sample.family, bytes, nameOfTarget(sample.body))), toText(sample.body));
            QVERIFY(decodeRule(sample.family, bytes, nameOfTarget(sample.body)) == sample.body);
            QVERIFY((decodeCounters(sample.family, bytes) == Counters{7, 700}));
        }
    }

    void anythingElseIsForeign_data()
    {
        QTest::addColumn<int>("offset"); // from the end of the rule, into struct xt_ct_target_info_v1
        QTest::addColumn<QString>("text");
        QTest::newRow("-j NOTRACK's flag") << 72 << "-d 10.96.0.10/32 -p udp -m udp --dport 53 -j NOTRACK";
        QTest::newRow("a zone") << 70 << "-d 10.96.0.10/32 -p udp -m udp --dport 53 -j CT --notrack";
        QTest::newRow("a helper") << 60 << "-d 10.96.0.10/32 -p udp -m udp --dport 53 -j CT --notrack";
    }

    void anythingElseIsForeign()
    {
        QFETCH(int, offset);
        QFETCH(QString, text);
        std::vector<std::byte> bytes = *encodeRule(Family::Ipv4, {samples().front().body, {}});
        bytes[bytes.size() - static_cast<std::size_t>(offset)] |= std::byte{2};
        const RuleBody body = decodeRule(Family::Ipv4, bytes, "CT");
        QVERIFY(std::holds_alternative<ForeignRule>(body));
        QCOMPARE(QString::fromStdString(toText(body)), text);
        QCOMPARE(*encodeRule(Family::Ipv4, {body, {}}), bytes);
    }

    /// Rules that read like ours and match nothing, or anything.
    void whatTheKernelReadsOtherwiseIsForeign()
    {
        std::vector<std::byte> hostBits = *encodeRule(Family::Ipv4, {samples().front().body, {}});
        hostBits[11] = std::byte{0}; // destination mask 255.255.255.0 (struct ipt_ip: src, dst, smsk, dmsk)
        hostBits[15] = std::byte{0};
        QVERIFY(std::holds_alternative<ForeignRule>(decodeRule(Family::Ipv4, hostBits, "CT")));
        NotrackRule rule;
        rule.destination = *readPrefix("fd00:96::a/128");
        rule.destinationPort = PortRange::of(Port{53});
        const std::vector<std::byte> sound = *encodeRule(Family::Ipv6, {rule, {}});
        QVERIFY(std::holds_alternative<NotrackRule>(decodeRule(Family::Ipv6, sound, "CT")));
        std::vector<std::byte> anyProtocol = sound;
        anyProtocol[sizeof(std::uint32_t) * 16 + 64 + 3] &=
            ~std::byte{1}; // IP6T_F_PROTO in struct ip6t_ip6: four addresses, names and masks, proto, tos
        QVERIFY(std::holds_alternative<ForeignRule>(decodeRule(Family::Ipv6, anyProtocol, "CT")));
    }

    void conditionalJumpsAndVerdictsAreForeign()
    {
        const std::vector<std::byte> jump = asRead({Family::Ipv4, Jump{"SOMEWHERE"}}, {});
        QVERIFY(std::holds_alternative<ForeignRule>(decodeRule(Family::Ipv4, jump, "ACCEPT")));
        std::vector<std::byte> conditional = jump;
        conditional[0] = std::byte{10};  // source address 10.0.0.0
        conditional[8] = std::byte{255}; // source mask 255.0.0.0
        const RuleBody body = decodeRule(Family::Ipv4, conditional, "SOMEWHERE");
        QCOMPARE(QString::fromStdString(toText(body)), QString("-s 10.0.0.0/8 -j SOMEWHERE"));
        QCOMPARE(QString::fromStdString(std::string(targetOf(body))), QString("SOMEWHERE"));
        QVERIFY(std::holds_alternative<ForeignRule>(body));
    }

    /// The kernel's bytes are not trusted: nothing in them may make the decoder read outside of them.
    void hostileBytesAreHarmless()
    {
        for (const Sample& sample : samples()) {
            const std::vector<std::byte> good = asRead(sample, {});
            for (std::size_t length = 0; length < good.size(); ++length) {
                const std::vector<std::byte> cut(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(length));
                QVERIFY(std::holds_alternative<ForeignRule>(decodeRule(sample.family, cut, "CT")));
            }
            for (std::size_t at = 0; at < good.size(); ++at) {
                std::vector<std::byte> bent = good;
                bent[at] ^= std::byte{0xff};
                QVERIFY(!toText(decodeRule(sample.family, bent, nameOfTarget(sample.body))).empty());
            }
        }
    }
};

QTEST_APPLESS_MAIN(RuleCodecTest)
#include "rule_codec_test.moc"
