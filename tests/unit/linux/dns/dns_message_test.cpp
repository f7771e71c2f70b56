#include "core/linux/dns/dns_message.h"

#include <QTest>

#include <random>

using namespace notrack;

namespace
{

using Bytes = std::vector<std::uint8_t>;

const std::string name = "kubernetes.default.svc.cluster.local";

/// What a server makes of our query: the same bytes with the response bit and a code.
Bytes answerTo(Bytes query, std::uint8_t code)
{
    query.at(2) |= 0x80U;
    query.at(3) = code;
    return query;
}

std::string flatten(const std::optional<DnsAnswer>& answer)
{
    if (!answer)
        return "none";
    return std::to_string(answer->id) + " " + (answer->type == RecordType::A ? "A" : "AAAA") + " " + answer->code;
}

} // namespace

class DnsMessageTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void queries()
    {
        const Bytes query = buildQuery("a.test", RecordType::Aaaa, 0x1234);
        const QByteArray bytes(reinterpret_cast<const char*>(query.data()), static_cast<qsizetype>(query.size()));
        QCOMPARE(bytes.toHex(' '), QByteArray("12 34 01 00 00 01 00 00 00 00 00 00 01 61 04 74 65 73 74 00 00 1c 00 01"));
        QVERIFY(buildQuery(std::string(64, 'x') + ".test", RecordType::A, 1).empty());
        QVERIFY(buildQuery(std::string("a\0b", 3), RecordType::A, 1).empty());
    }

    void everyCodeIsAnAnswer()
    {
        const Bytes query = buildQuery(name, RecordType::A, 7);
        QCOMPARE(flatten(readAnswer(answerTo(query, 0), name)), std::string("7 A NOERROR"));
        QCOMPARE(flatten(readAnswer(answerTo(query, 3), name)), std::string("7 A NXDOMAIN"));
        QCOMPARE(flatten(readAnswer(answerTo(query, 5), name + ".")), std::string("7 A REFUSED"));
        QCOMPARE(flatten(readAnswer(answerTo(buildQuery("KUBERNETES.default.svc.cluster.local", RecordType::Aaaa, 9), 2), name)),
                 std::string("9 AAAA SERVFAIL"));
    }

    void whatIsNoAnswerToOurs()
    {
        const Bytes query = buildQuery(name, RecordType::A, 7);
        QCOMPARE(flatten(readAnswer(query, name)), std::string("none"));
        QCOMPARE(flatten(readAnswer(answerTo(query, 0), "other.test")), std::string("none"));
        QCOMPARE(flatten(readAnswer({}, name)), std::string("none"));
        Bytes noQuestion = answerTo(query, 0);
        noQuestion.at(5) = 0;
        noQuestion.resize(12);
        QCOMPARE(flatten(readAnswer(noQuestion, name)), std::string("none"));
    }

    void brokenMessagesDoNoHarm()
    {
        const Bytes answer = answerTo(buildQuery(name, RecordType::A, 7), 0);
        for (std::size_t length = 0; length < answer.size(); ++length)
            QCOMPARE(flatten(readAnswer(std::span(answer).first(length), name)), std::string("none"));
        std::mt19937 random(42); // NOLINT(bugprone-random-generator-seed,cert-msc51-cpp): the same bytes every time
        for (int i = 0; i < 20'000; ++i) {
            Bytes bytes = answer;
            for (int change = 0; change < 4; ++change)
                bytes.at(random() % bytes.size()) = static_cast<std::uint8_t>(random());
            static_cast<void>(readAnswer(bytes, name));
        }
    }
};

QTEST_APPLESS_MAIN(DnsMessageTest)
#include "dns_message_test.moc"
