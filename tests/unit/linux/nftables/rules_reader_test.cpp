#include "core/linux/nftables/rules_reader.h"

#include <QTest>
#include <linux/netfilter/nf_tables.h>

#include <cstring>

using namespace notrack;
using namespace notrack::nf_tables;

namespace
{

using Raw = std::vector<std::byte>;

/// An attribute as netlink has it: length, type, bytes, filled up to a multiple of four.
Raw attribute(std::uint16_t type, const Raw& value)
{
    const std::uint16_t header[]{static_cast<std::uint16_t>(4 + value.size()), type};
    Raw raw(4);
    std::memcpy(raw.data(), header, 4);
    raw.insert(raw.end(), value.begin(), value.end());
    raw.resize((raw.size() + 3) & ~std::size_t{3});
    return raw;
}

Raw text(std::uint16_t type, const char* value)
{
    const auto bytes = std::as_bytes(std::span(value, std::strlen(value) + 1));
    return attribute(type, Raw(bytes.begin(), bytes.end()));
}

Raw number(std::uint16_t type, std::uint8_t value)
{
    return attribute(type, {std::byte{0}, std::byte{0}, std::byte{0}, std::byte{value}});
}

Raw join(std::initializer_list<Raw> parts)
{
    Raw joined;
    for (const Raw& part : parts)
        joined.insert(joined.end(), part.begin(), part.end());
    return joined;
}

Raw expression(const char* name, const Raw& data)
{
    return attribute(NFTA_LIST_ELEM, join({text(NFTA_EXPR_NAME, name), attribute(NFTA_EXPR_DATA, data)}));
}

Raw compare(std::uint8_t operation)
{
    return expression("cmp", join({number(NFTA_CMP_SREG, NFT_REG_1), number(NFTA_CMP_OP, operation),
                                   attribute(NFTA_CMP_DATA, attribute(NFTA_DATA_VALUE, {std::byte{0}, std::byte{53}}))}));
}

Raw rule()
{
    const Raw payload = join(
        {number(NFTA_PAYLOAD_DREG, NFT_REG_1), number(NFTA_PAYLOAD_BASE, 2), number(NFTA_PAYLOAD_OFFSET, 2), number(NFTA_PAYLOAD_LEN, 2)});
    const Raw verdict = join({number(NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT),
                              attribute(NFTA_IMMEDIATE_DATA, attribute(NFTA_DATA_VERDICT, join({number(NFTA_VERDICT_CODE, 1)})))});
    return attribute(NFTA_RULE_EXPRESSIONS, join({expression("payload", payload), compare(NFT_CMP_EQ), compare(9),
                                                  expression("quantum", {}), expression("notrack", {}), expression("immediate", verdict)}));
}

} // namespace

class RulesReaderTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// What is not known, or not in that form, is one unknown expression; those beside it are as they are.
    void unknownExpressionsStayAlone()
    {
        const Rule decoded = decodeRule(rule());
        const std::vector<Expression> expected{Payload{PayloadBase::Transport, 2, 2, 0},
                                               Compare{CompareOperator::Equal, 0, {0, 53}},
                                               Unknown{"cmp"},
                                               Unknown{"quantum"},
                                               Notrack{},
                                               Verdict{VerdictCode::Accept, ""}};
        QCOMPARE(decoded.expressions, expected);
    }

    /// Whatever is cut off or overwritten, the decoders give something and read nothing outside.
    void brokenBytesAreDecoded()
    {
        const Raw whole = rule();
        for (std::size_t i = 0; i < whole.size(); ++i) {
            Raw broken = whole;
            broken[i] = std::byte{0xff};
            static_cast<void>(decodeRule(broken));
            const Rule cut = decodeRule(std::span(whole).first(i));
            QVERIFY(cut.expressions.empty());
        }
    }
};

QTEST_APPLESS_MAIN(RulesReaderTest)
#include "rules_reader_test.moc"
