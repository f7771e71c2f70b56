#include "core/linux/nftables/nf_tables.h"
#include "core/linux/node/conntrack_figures.h"
#include "core/linux/node/routes.h"

#include <QTest>

#include <random>
#include <string>

using namespace notrack;

namespace
{

std::string flatten(const std::vector<Route>& routes)
{
    std::string text;
    for (const Route& route : routes)
        text += toText(route.destination) + " " + route.interface + (route.viaGateway ? " gateway\n" : "\n");
    return text;
}

std::string flatten(const std::vector<Prefix>& prefixes)
{
    std::string text;
    for (const Prefix& prefix : prefixes)
        text += toText(prefix) + "\n";
    return text;
}

} // namespace

/// Files of /proc as text.
class NodeFilesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void conntrackCountersAreAddedUpByName()
    {
        const ConntrackFigures figures =
            readConntrackCounters("entries  clashres found insert_failed drop early_drop\n000004d2  00000003 0 0000000a 00000001 000000ff\n"
                                  "000004d2  00000002 0 00000001 00000000 00000001\n");
        QCOMPARE(figures, (ConntrackFigures{0, 0, 11, 1, 256, 5}));
        QCOMPARE(readConntrackCounters("entries searched drop\n1 2 3\n1 2\n"), (ConntrackFigures{0, 0, 0, 3, 0, 0}));
        QCOMPARE(readConntrackCounters(""), ConntrackFigures());
    }

    void routes4()
    {
        const char* const text = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
                                 "eth0\t00000000\tFE0200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
                                 "*\t0001F40A\t00000000\t0201\t0\t0\t0\tC0FFFFFF\t0\t0\t0\n"
                                 "cni0\t0001F40A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\nshort\t1\n";
        QCOMPARE(flatten(readRoutes4(text)), std::string("0.0.0.0/0 eth0 gateway\n10.244.1.0/24 cni0\n"));
    }

    void routes6()
    {
        const std::string none(32, '0');
        const std::string text =
            "fd000244000000010000000000000003 80 " + none + " 00 " + none + " 00000400 00000001 00000000 00000001 veth2\n" + none + " 00 " +
            none + " 00 fd000002000000000000000000000001 00000400 00000001 00000000 00000003 eth0\nfd0000960000000000000000000000" +
            "0a 80 " + none + " 00 " + none + " 00000000 00000003 00000000 80200001 lo\nfe800000000000000000000000000000 40 " + none +
            " 00 " + none + " 00000100 00000001 00000000 00000001 eth0\nzz 80\n";
        QCOMPARE(flatten(readRoutes6(text)), std::string("fd00:244:0:1::3/128 veth2\n::/0 eth0 gateway\n"));
        QCOMPARE(flatten(readLocalPrefixes6(text)), std::string("fd00:96::a/128\n"));
    }

    void localPrefixes4()
    {
        const char* const text = "Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 0.0.0.0\n        /0 universe UNICAST\nLocal:\n"
                                 "        |-- 127.0.0.0\n           /32 link BROADCAST\n           /8 host LOCAL\n"
                                 "     |-- 10.96.0.10\n        /32 host LOCAL\n     |-- 10.96.0.255\n        /32 link BROADCAST\n";
        QCOMPARE(flatten(readLocalPrefixes4(text)), std::string("10.96.0.10/32\n127.0.0.0/8\n"));
    }

    void onlyRoutesThatMatterAreKept()
    {
        const auto route = [](const char* prefix) { return Route{*readPrefix(prefix), "eth0", false}; };
        const std::vector<Route> routes{route("0.0.0.0/0"), route("192.0.2.0/24"), route("10.0.0.0/8"), route("10.244.1.3/32"),
                                        route("::/0")};
        QCOMPARE(flatten(routesTowards({*readPrefix("10.244.0.0/16")}, routes)),
                 std::string("0.0.0.0/0 eth0\n10.0.0.0/8 eth0\n10.244.1.3/32 eth0\n::/0 eth0\n"));
    }

    void brokenNetlinkDoesNoHarm()
    {
        std::mt19937 random(7); // NOLINT(bugprone-random-generator-seed,cert-msc51-cpp): the same bytes every time
        for (int i = 0; i < 20'000; ++i) {
            std::vector<std::byte> bytes(random() % 96);
            for (std::byte& byte : bytes)
                byte = static_cast<std::byte>(random() % (i % 2 == 0 ? 32 : 256));
            static_cast<void>(tablesIn(bytes));
        }
    }
};

QTEST_APPLESS_MAIN(NodeFilesTest)
#include "node_files_test.moc"
