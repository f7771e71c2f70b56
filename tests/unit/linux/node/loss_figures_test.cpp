#include "core/linux/node/loss_figures.h"

#include <QTest>

using namespace notrack;

namespace
{

std::string flatten(const std::vector<PlaceCounter>& counters)
{
    std::string text;
    for (const PlaceCounter& counter : counters)
        text += counter.place + " " + counter.counter + " " + std::to_string(counter.count) + "\n";
    return text;
}

} // namespace

class LossFiguresTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsTheCountersByName()
    {
        LossFigures figures;
        addPlace("node", "Ip: Forwarding ReasmFails\nIp: 1 7\nUdp: InDatagrams RcvbufErrors\nUdp: 9 4\nUdpLite: RcvbufErrors\nUdpLite: 8\n",
                 "Ip6ReasmFails                   \t2\nUdp6RcvbufErrors                \t3\n", figures);
        addPlace("quiet", "Udp: InDatagrams RcvbufErrors\nUdp: 9 0\n", "", figures);
        addPlace("odd", "Udp: RcvbufErrors\nUdp:\nUdp: x\n", "Udp6RcvbufErrors -1\n", figures);
        QCOMPARE(flatten(figures.fullBuffers), std::string("node RcvbufErrors 4\nnode Udp6RcvbufErrors 3\n"));
        QCOMPARE(flatten(figures.lostFragments), std::string("node ReasmFails 7\nnode Ip6ReasmFails 2\n"));
    }
};

QTEST_APPLESS_MAIN(LossFiguresTest)
#include "loss_figures_test.moc"
