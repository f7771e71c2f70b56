#include "core/findings/pod_facts.h"

#include <QTest>

using namespace notrack;

class PodFactsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void routesToThePodAndToTheServersHereStay()
    {
        Profile profile;
        profile.services = {*readAddress("10.96.0.10")};
        profile.podCidrs = {*readPrefix("10.244.0.0/16")};
        NodeFacts facts;
        VirtualService dns{*readAddress("10.96.0.10"), Port{53}, Protocol::Udp, "rr", {}};
        dns.realServers = {{*readAddress("10.244.1.3"), Port{53}, "Masq", 1, 0, 0},
                           {*readAddress("10.244.2.3"), Port{53}, "Masq", 1, 0, 0}};
        facts.virtualServices = {dns};
        facts.routes = {{*readPrefix("0.0.0.0/0"), "eth0", true},
                        {*readPrefix("10.244.2.0/24"), "eth0", true},
                        {*readPrefix("10.244.1.0/24"), "cni0", false},
                        {*readPrefix("10.244.1.5/32"), "vpod", false},
                        {*readPrefix("10.244.1.6/32"), "vother", false}};
        std::string routes;
        for (const Route& route : narrowedTo(*readAddress("10.244.1.5"), profile, facts).routes)
            routes += toText(route.destination) + " " + route.interface + (route.viaGateway ? " away" : "") + "\n";
        QCOMPARE(routes, std::string("0.0.0.0/0 eth0 away\n10.244.2.0/24 eth0 away\n10.244.1.5/32 vpod\n10.244.1.3/32 cni0\n"));
    }
};

QTEST_APPLESS_MAIN(PodFactsTest)
#include "pod_facts_test.moc"
