#include "core/run/probe.h"

#include <QTest>

using namespace notrack;

namespace
{

/// "node 10.96.0.10 12/12" for each place, separated by commas; pairs without an answer are what is missing, halved.
std::vector<ProbeResult> readPlaces(const QString& text)
{
    std::vector<ProbeResult> results;
    for (const QString& place : text.split(", ", Qt::SkipEmptyParts)) {
        const QStringList words = place.split(' ');
        const QStringList counts = words.at(2).split('/');
        ProbeResult result;
        result.from = words.at(0).toStdString();
        result.service = words.at(1).toStdString();
        result.answered = counts.at(0).toUInt();
        result.asked = counts.at(1).toUInt();
        result.silent = (result.asked - result.answered) / 2;
        results.push_back(result);
    }
    return results;
}

} // namespace

class ProbeTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void losses_data()
    {
        QTest::addColumn<QString>("before");
        QTest::addColumn<QString>("after");
        QTest::addColumn<bool>("lost");
        QTest::newRow("nothing asked") << ""
                                       << "" << false;
        QTest::newRow("all is well") << "node dns 12/12, pod dns 12/12"
                                     << "node dns 12/12, pod dns 12/12" << false;
        QTest::newRow("one place lost all") << "node dns 12/12, pod dns 12/12"
                                            << "node dns 12/12, pod dns 0/12" << true;
        QTest::newRow("a server out of reach is a matter of counts") << "node dns 12/12"
                                                                     << "node dns 6/12" << false;
        QTest::newRow("a single query lost") << "node dns 12/12"
                                             << "node dns 11/12" << false;
        QTest::newRow("losses before as well") << "node dns 6/12"
                                               << "node dns 4/12" << false;
        QTest::newRow("then none at all") << "node dns 6/12"
                                          << "node dns 0/12" << true;
        QTest::newRow("broken before") << "node dns 0/12"
                                       << "node dns 0/12" << false;
        QTest::newRow("another service") << "node dns 12/12, node dns6 12/12"
                                         << "node dns 12/12, node dns6 0/12" << true;
        QTest::newRow("a pod that is gone") << "node dns 12/12, pod dns 12/12"
                                            << "node dns 12/12" << false;
        QTest::newRow("a new pod without answers") << "node dns 12/12"
                                                   << "node dns 12/12, pod dns 0/12" << false;
        QTest::newRow("could not ask again") << "pod dns 12/12"
                                             << "pod dns 0/0" << false;
    }

    void losses()
    {
        QFETCH(QString, before);
        QFETCH(QString, after);
        QFETCH(bool, lost);
        QCOMPARE(lostAnswers(readPlaces(before), readPlaces(after)), lost);
    }

    /// Four rounds of six pairs: with the rules, without them.
    void serversLost_data()
    {
        QTest::addColumn<QString>("with");
        QTest::addColumn<QString>("without");
        QTest::addColumn<bool>("lost");
        QTest::newRow("one of two servers") << "pod dns 24/48"
                                            << "pod dns 48/48" << true;
        QTest::newRow("one of six servers") << "pod dns 40/48"
                                            << "pod dns 48/48" << true;
        QTest::newRow("a server that is dead anyway") << "pod dns 24/48"
                                                      << "pod dns 24/48" << false;
        QTest::newRow("a network that loses packets") << "pod dns 42/48"
                                                      << "pod dns 44/48" << false;
        QTest::newRow("few losses") << "pod dns 44/48"
                                    << "pod dns 48/48" << false;
        QTest::newRow("silent without the rules") << "pod dns 24/48"
                                                  << "pod dns 0/48" << false;
        QTest::newRow("a place that is gone") << "pod dns 24/48"
                                              << "other dns 48/48" << false;
        QTest::newRow("of three places one") << "a dns 48/48, b dns 24/48, c dns 48/48"
                                             << "a dns 48/48, b dns 48/48, c dns 48/48" << true;
    }

    void serversLost()
    {
        QFETCH(QString, with);
        QFETCH(QString, without);
        QFETCH(bool, lost);
        QCOMPARE(lostServers(readPlaces(without), readPlaces(with)), lost);
    }

    void placesThatCount()
    {
        const std::vector<ProbeResult> results = readPlaces("node dns 12/12, a dns 12/12, a dns6 6/12, b dns 0/12, c dns 0/0");
        QCOMPARE(answeredPlaces(results, Scope::Pods), 1U);
        QCOMPARE(answeredPlaces(results, Scope::Any), 2U);
        QVERIFY(!wasAsked(readPlaces("node dns 12/12, c dns 0/0"), Scope::Pods));
        QVERIFY(wasAsked(readPlaces("node dns 12/12"), Scope::Any));
    }

    void roundsAddUp()
    {
        const std::vector<ProbeResult> sum = addUp(readPlaces("a dns 10/12"), readPlaces("a dns 12/12, b dns 2/12"));
        QCOMPARE(sum.size(), std::size_t{2});
        QCOMPARE(sum[0].asked, 24U);
        QCOMPARE(sum[0].answered, 22U);
        QCOMPARE(sum[0].silent, 1U);
        QCOMPARE(sum[1].silent, 5U);
    }

    void seriesAreBounded()
    {
        QVERIFY(makeSeries(1000, 50));
        QVERIFY(!makeSeries(1001, 50));
        QVERIFY(!makeSeries(1000, 51));
        QVERIFY(!makeSeries(0, 1));
        QVERIFY(!makeSeries(1, 0));
    }
};

QTEST_APPLESS_MAIN(ProbeTest)
#include "probe_test.moc"
