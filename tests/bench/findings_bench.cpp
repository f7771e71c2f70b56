#include "core/findings/findings.h"

#include <array>
#include <cstdio>
#include <ctime>
#include <string>

using namespace notrack;

namespace
{

constexpr double goal = 0.3; ///< seconds of CPU for 20,000 rules in a release build

double processorSeconds()
{
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

std::string address(int number)
{
    return std::to_string(number / 62'500 + 97) + "." + std::to_string(number / 250 % 250) + "." + std::to_string(number % 250);
}

/// Half of the rules are for services in nat, half for addresses in FORWARD; a third of those for pods of this node.
NodeFacts nodeWith(int rules)
{
    NodeFacts facts;
    facts.ipvs = true;
    facts.virtualServices = {
        {.address = *readAddress("10.96.0.10"), .port = Port{53}, .protocol = Protocol::Udp, .scheduler = "rr", .realServers = {}}};
    for (const char* server : {"10.244.1.3", "10.244.2.3"})
        facts.virtualServices.front().realServers.push_back(
            {.address = *readAddress(server), .port = Port{53}, .forwarding = "Masq", .weight = 1});
    facts.localPrefixes = {*readPrefix("10.96.0.10/32"), *readPrefix("192.0.2.11/32")};
    facts.routes = {{*readPrefix("0.0.0.0/0"), "eth0", true},
                    {*readPrefix("10.244.1.0/24"), "cni0", false},
                    {*readPrefix("10.244.2.0/24"), "flannel.1", true}};
    SavedTable nat{Backend::Iptables, Family::Ipv4, "nat", {"-A PREROUTING -j KUBE-SERVICES"}};
    SavedTable filter{Backend::Iptables, Family::Ipv4, "filter", {}};
    for (int i = 0; i < rules / 2; ++i) {
        nat.lines.push_back("-A KUBE-SERVICES -d 10." + address(i) +
                            "/32 -p tcp -m comment --comment \"ns/name:http\" -m tcp --dport 80 -j DROP");
        const std::string from = i % 3 == 0 ? "244.1." + std::to_string(i % 250) : address(i);
        filter.lines.push_back("-A FORWARD -s 10." + from + "/32 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT");
    }
    facts.savedTables = {std::move(nat), std::move(filter)};
    return facts;
}

double judged(int rules)
{
    Profile profile;
    profile.services = {*readAddress("10.96.0.10")};
    profile.podCidrs = {*readPrefix("10.244.0.0/16")};
    profile.ports = {Port{53}};
    profile.protocols = {Protocol::Udp};
    const NodeFacts facts = nodeWith(rules);
    const double start = processorSeconds();
    judge(profile, facts, Backend::Iptables);
    return processorSeconds() - start;
}

} // namespace

/// Prints the CPU that judging takes, reading of the saved lines included.
int main()
{
    for (const int rules : std::array{20'000, 100'000}) {
        const double seconds = judged(rules);
        const double allowed = goal * rules / 20'000;
        std::printf("%d rules judged: %.2f s of CPU, goal %.2f s: %s\n", rules, seconds, allowed, seconds <= allowed ? "met" : "not met");
    }
    return 0;
}
