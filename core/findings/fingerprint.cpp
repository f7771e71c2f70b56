#include "core/findings/fingerprint.h"

#include "core/base/fingerprint.h"
#include "core/findings/set_fingerprint.h"

#include <algorithm>
#include <string_view>

namespace notrack
{

namespace
{

bool isCount(std::string_view word)
{
    return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) { return (c >= '0' && c <= '9') || c == ':'; });
}

/// The words of a rule without "[packets:bytes]" and "packets N bytes N".
void addRule(std::string& text, std::string_view line)
{
    const auto has = [&](std::string_view part) { return line.find(part) != std::string_view::npos; };
    if (!line.empty() && line.back() != ' ' && !has("[") && !has("packets ") && !has("bytes ")) { // nearly every rule
        text.append(line).append(" \n");
        return;
    }
    std::string_view before;
    for (std::size_t at = 0; at < line.size();) {
        const std::size_t end = std::min(line.find(' ', at), line.size());
        const std::string_view word = line.substr(at, end - at);
        at = end + 1;
        const bool inBrackets = word.size() > 2 && word.front() == '[' && word.back() == ']' && isCount(word.substr(1, word.size() - 2));
        const bool counted = (before == "packets" || before == "bytes") && isCount(word);
        before = word;
        if (!inBrackets && !counted)
            text.append(word).push_back(' ');
    }
    text.push_back('\n');
}

std::string textOf(const std::optional<bool>& setting)
{
    return setting ? (*setting ? "1" : "0") : "-";
}

} // namespace

std::string fingerprintOf(const NodeFacts& facts, const std::string& chainPrefix)
{
    std::string text = facts.ipvs ? "ipvs\n" : "no ipvs\n";
    for (const VirtualService& service : facts.virtualServices) {
        text += toText(service.address) + " " + std::to_string(service.port.value) + " " + std::string(toText(service.protocol)) + " " +
                service.scheduler + "\n";
        for (const RealServer& server : service.realServers)
            text += "  " + toText(server.address) + " " + std::to_string(server.port.value) + " " + server.forwarding +
                    (server.weight == 0 ? " 0\n" : "\n");
    }
    for (const std::string& line : facts.firewallMarkServices)
        text += line + "\n";
    for (const Prefix& prefix : facts.localPrefixes)
        text += toText(prefix) + "\n";
    for (const Route& route : facts.routes) {
        if (route.destination.length() < route.destination.address().bits()) // a pod of this node has a route to itself
            text += toText(route.destination) + " " + route.interface + (route.viaGateway ? " via\n" : "\n");
    }
    const std::string ours = chainPrefix + "_";
    for (const SavedTable& table : facts.savedTables) {
        text += std::string(toText(table.backend)) + " " + std::string(toText(table.family)) + " " + table.table + "\n";
        for (const std::string& line : table.lines) {
            if (line.find(ours) == std::string::npos && !line.starts_with('#'))
                addRule(text, line);
        }
    }
    for (const NativeTable& table : facts.nativeTables) {
        text += table.name + "\n";
        bool inSet = false; // which a program that bans addresses changes all day
        for (const std::string& line : table.lines) {
            inSet = line != "}" && (inSet || line.starts_with("set ") || line.starts_with("map "));
            if (!inSet)
                addRule(text, line);
        }
    }
    text +=
        textOf(facts.bridgeCallsIptables) + textOf(facts.bridgeCallsIp6tables) + textOf(facts.podsOnBridge) + textOf(facts.ipvsConntrack);
    text += lastingSetsFingerprint(facts);
    for (const std::string& unread : facts.unreadRules)
        text += unread + "\n";
    return fingerprintOf(text);
}

} // namespace notrack
