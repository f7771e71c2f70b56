#include "core/run/probe.h"

#include <QTest>

using namespace notrack;

namespace
{

/// "node 10.96.0.10 12/12" for each place, separated by commas.
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
        results.push_back(result);
    }
    return results;
}

} // namespace

class ProbeTest : public QObject
{
    Q_OBJECT

private slots:
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
        QTest::newRow("a server out of reach") << "node dns 12/12"
                                               << "node dns 6/12" << true;
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
