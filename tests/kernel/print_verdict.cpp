#include "core/findings/findings.h"
#include "core/linux/node/ip_sets.h"
#include "core/linux/node/saved_tables.h"
#include "core/profile/profile_reader.h"

#include <array>
#include <iostream>
#include <sstream>
#include <string>

using namespace notrack;

namespace
{

Address addressOf(const std::string& endpoint)
{
    return *readAddress(endpoint.substr(0, endpoint.rfind(':')));
}

Port portOf(const std::string& endpoint)
{
    return Port{static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1)))};
}

/// "ipvs VIP:PORT RS:PORT Masq", "route PREFIX INTERFACE [gateway]", "local PREFIX", "pod ADDRESS" for one in a namespace of this node.
void readFact(std::istringstream& words, NodeFacts& facts)
{
    std::string kind;
    std::string one;
    std::string two;
    std::string three;
    words >> kind >> one >> two >> three;
    if (kind == "route")
        facts.routes.push_back({*readPrefix(one), two, !three.empty()});
    if (kind == "local")
        facts.localPrefixes.push_back(*readPrefix(one));
    if (kind == "pod")
        facts.podNamespaces.push_back({"pod", {*readAddress(one)}});
    if (kind != "ipvs")
        return;
    auto& services = facts.virtualServices;
    if (services.empty() || services.back().address != addressOf(one))
        services.push_back(
            {.address = addressOf(one), .port = portOf(one), .protocol = Protocol::Udp, .scheduler = "rr", .realServers = {}});
    services.back().realServers.push_back({.address = addressOf(two), .port = portOf(two), .forwarding = three, .weight = 1});
}

/// The lines up to the next that says "END".
std::string readSection()
{
    std::string text;
    std::string line;
    while (std::getline(std::cin, line) && line != "END")
        text += line + "\n";
    return text;
}

} // namespace

/// Reads a profile, facts, what iptables-save printed and what `nft list table` printed of one table, each up to a line "END", and the ipsets of this namespace; prints the verdict and
/// the ids of everything worse than worth knowing, then what is advised against those, a line each: "ID: ADVICE".
int main()
{
    const std::array sources{ProfileSource{"profile", readSection()}};
    const Result<Profile> profile = readProfile(sources, "node-a");
    NodeFacts facts;
    facts.ipvs = true;
    facts.ipvsConntrack = true;
    std::istringstream lines(readSection());
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        readFact(words, facts);
    }
    facts.savedTables = readSaveOutput(readSection(), Backend::Iptables, Family::Ipv4);
    facts.ipSets = readIpSets().value_or(std::vector<IpSet>());
    const std::string listing = readSection();
    if (listing.starts_with("table "))
        facts.nativeTables = {readNativeTable(listing, listing.substr(6, listing.find(" {") - 6))};
    if (!profile) {
        std::cerr << toText(profile.error()) << '\n';
        return 1;
    }
    const std::vector<Finding> findings = judge(*profile, facts, Backend::Iptables);
    std::string ids;
    for (const Finding& finding : findings)
        ids += finding.severity == Severity::Info ? "" : " " + finding.id;
    std::cout << (forbidsApply(findings) ? "refuses" : ids.empty() ? "goes on" : "warns") << ids << '\n';
    for (const Finding& finding : findings)
        for (const std::string& advice : finding.advice)
            if (finding.severity != Severity::Info)
                std::cout << finding.id << ": " << advice << '\n';
    return 0;
}
