#include "core/linux/node/card_counters.h"
#include "core/linux/node/loss_figures.h"
#include "tests/namespaces/pods.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace notrack;

namespace
{

std::string flatten(const std::vector<PlaceCounter>& counters)
{
    std::string text;
    for (const PlaceCounter& counter : counters)
        text += counter.place + " " + counter.counter + "\n";
    return text;
}

/// Sends more to a socket of the calling thread's namespace than it takes.
void overflowSocket()
{
    const int file = socket(AF_INET, SOCK_DGRAM, 0);
    const int small = 2304;
    setsockopt(file, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(5300);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    QCOMPARE(bind(file, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    const std::string query(200, 'q');
    for (int i = 0; i < 50; ++i)
        sendto(file, query.data(), query.size(), 0, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    close(file);
}

} // namespace

/// Runs as root of network and mount namespaces of its own (see in_namespace).
class CardAndLossesTest : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { pods::makeNode(); }

    /// A client's pod loses what is its own; a server's pod loses queries.
    void thePodsOfServersAreLookedInto()
    {
        pods::add("server", "3");
        pods::add("client", "4");
        for (const char* name : {"server", "client"})
            QVERIFY(runInNamespace(namedNamespaces(), name, overflowSocket));
        const LossFigures figures = readLossFigures({*readPrefix("10.244.0.0/16")}, {*readAddress("10.244.1.3")}, namedNamespaces());
        QCOMPARE(flatten(figures.fullBuffers), std::string("server RcvbufErrors\n"));
        QVERIFY(!figures.ipvs);
    }

    /// No driver here has a cloud's allowances: veth's own counter goes through the same ioctl.
    void countersOfACardAreReadByTheirName()
    {
        const std::vector<PlaceCounter> counters = readCardCounters({"vserver", "lo", "gone"}, "peer_ifindex");
        QCOMPARE(flatten(counters), std::string("vserver peer_ifindex\n"));
        QVERIFY(readCardCounters({"vserver"}, "_allowance_exceeded").empty());
    }
};

QTEST_APPLESS_MAIN(CardAndLossesTest)
#include "card_and_losses_test.moc"
