#include "core/base/number_text.h"
#include "core/findings/ip_set_contents.h"
#include "core/findings/native_rules.h"
#include "core/findings/packet_path.h"
#include "core/linux/node/ip_sets.h"
#include "core/linux/node/saved_tables.h"

#include <iostream>
#include <map>
#include <sstream>
#include <string>

using namespace notrack;

namespace
{

std::optional<Prefix> prefixOf(const std::string& text)
{
    return text == "-" ? std::nullopt : std::optional(*readPrefix(text));
}

std::optional<Port> portOf(const std::string& text)
{
    return text == "-" ? std::nullopt : std::optional(Port{*readNumber<std::uint16_t>(text)});
}

std::optional<bool> flagOf(const std::string& text)
{
    return text == "-" ? std::nullopt : std::optional(text == "1");
}

/// "WAY TRACKING SOURCE DESTINATION SPORT DPORT IN OUT SOURCELOCAL DESTINATIONLOCAL"; "-" is not known.
Certainty judgeLine(const std::vector<SavedChains>& tables, const std::string& line)
{
    const std::map<std::string, std::vector<std::string_view>> ways{
        {"forward", {"PREROUTING", "FORWARD", "POSTROUTING"}}, {"input", {"PREROUTING", "INPUT"}}, {"output", {"OUTPUT", "POSTROUTING"}}};
    const std::map<std::string, Tracking> states{
        {"new", Tracking::New}, {"established", Tracking::Established}, {"untracked", Tracking::Untracked}};
    std::istringstream words(line);
    std::string way;
    std::string tracking;
    std::string source;
    std::string destination;
    std::string sourcePort;
    std::string destinationPort;
    std::string in;
    std::string out;
    std::string sourceLocal;
    std::string destinationLocal;
    words >> way >> tracking >> source >> destination >> sourcePort >> destinationPort >> in >> out >> sourceLocal >> destinationLocal;
    PacketClass packet;
    packet.source = prefixOf(source);
    packet.destination = prefixOf(destination);
    packet.sourcePort = portOf(sourcePort);
    packet.destinationPort = portOf(destinationPort);
    packet.tracking = states.at(tracking);
    packet.inInterface = in == "-" ? "" : in;
    packet.outInterface = out == "-" ? "" : out;
    packet.sourceLocal = flagOf(sourceLocal);
    packet.destinationLocal = flagOf(destinationLocal);
    std::vector<PassedHook> steps;
    for (const std::string_view chain : ways.at(way))
        steps.push_back({chain, packet});
    return getsThrough(followWay(tables, packet.source ? packet.source->family() : Family::Ipv4, steps));
}

} // namespace

/// Reads the ipsets of this namespace, what iptables-save or `nft list table` printed, a line "PACKETS" and packets; prints for each whether the walk lets it through.
int main()
{
    std::string save;
    std::string line;
    while (std::getline(std::cin, line) && line != "PACKETS")
        save += line + "\n";
    const Result<std::vector<IpSet>> found = readIpSets();
    std::map<Family, IpSetsByName> sets;
    for (const Family family : allFamilies)
        sets[family] = readableSets(found.value_or(std::vector<IpSet>()), family, {});
    std::vector<SavedChains> tables;
    if (save.starts_with("table ")) {
        const std::string name = save.substr(6, save.find(" {") - 6);
        tables = readNativeChains(readNativeTable(save, name), Family::Ipv4);
    }
    for (const Family family : allFamilies) { // each packet follows the tables of its own
        for (const SavedTable& saved : readSaveOutput(save, Backend::Iptables, family))
            tables.push_back(readSavedTable(saved, sets.at(family)));
    }
    while (std::getline(std::cin, line)) {
        constexpr std::array answers{"no", "unknown", "yes"};
        std::cout << answers.at(static_cast<std::size_t>(judgeLine(tables, line))) << '\n';
    }
    return 0;
}
