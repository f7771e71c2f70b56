#include "core/run/pending.h"

#include "core/net/rule_text.h"
#include "core/run/state_json.h"

#include <array>
#include <utility>

namespace notrack
{

namespace
{

using Json = StateJson;

template <typename Item>
Json toTexts(const std::vector<Item>& items)
{
    Json texts = Json::array();
    for (const Item& item : items)
        texts.push_back(std::string(toText(item)));
    return texts;
}

Json toJson(const Profile& profile)
{
    Json ports = Json::array();
    for (const Port port : profile.ports)
        ports.push_back(port.value);
    Json json{
        {"services", toTexts(profile.services)},   {"pod_cidrs", toTexts(profile.podCidrs)},      {"ports", std::move(ports)},
        {"protocols", toTexts(profile.protocols)}, {"scope", std::string(toText(profile.scope))}, {"chain_prefix", profile.chainPrefix}};
    for (const Tunnel& tunnel : profile.tunnels)
        json["tunnels"].push_back({{"port", tunnel.port.value}, {"peers", toTexts(tunnel.peers)}});
    if (const std::optional<ProbeSettings>& probe = profile.safety.probe)
        json["probe"] = {{"name", probe->name}, {"from", toTexts(probe->from)}, {"timeout_ms", probe->timeout.count()}};
    return json;
}

Json toJson(const std::vector<ProbeResult>& results)
{
    Json array = Json::array();
    for (const ProbeResult& result : results)
        array.push_back({{"from", result.from},
                         {"service", result.service},
                         {"asked", result.asked},
                         {"answered", result.answered},
                         {"silent", result.silent}});
    return array;
}

Json toJson(const std::vector<OwnedPart>& parts)
{
    Json array = Json::array();
    for (const OwnedPart& part : parts) {
        Json chains = Json::array();
        for (const OwnedChain& chain : part.chains) {
            Json entries = Json::array();
            for (const PlacedEntry& placed : chain.entries) {
                if (!std::holds_alternative<ForeignRule>(placed.entry.body))
                    entries.push_back({placed.position, toText(placed.entry.body)});
            }
            chains.push_back({{"name", chain.name}, {"shared", chain.shared}, {"entries", std::move(entries)}});
        }
        array.push_back({{"family", std::string(toText(part.ruleset.family))},
                         {"prefix", part.ruleset.chainPrefix},
                         {"earlier_prefixes", part.earlierPrefixes},
                         {"chains", std::move(chains)}});
    }
    return array;
}

/// Raised inside this file for a document that is not one of ours.
struct Unreadable : std::exception
{
};

template <typename Value>
Value orThrow(Result<Value> value)
{
    if (!value)
        throw Unreadable();
    return std::move(*value);
}

template <typename Words>
typename Words::value_type wordOf(const Json& json, const Words& words)
{
    const auto word = readWord(json, words);
    if (!word)
        throw Unreadable();
    return *word;
}

Profile readAsking(const Json& json)
{
    Profile profile;
    for (const Json& service : valueAt(json, "services"))
        profile.services.push_back(orThrow(readAddress(service.get<std::string>())));
    for (const Json& pods : valueAt(json, "pod_cidrs"))
        profile.podCidrs.push_back(orThrow(readPrefix(pods.get<std::string>())));
    profile.ports.clear();
    for (const Json& port : valueAt(json, "ports"))
        profile.ports.push_back(Port{port.get<std::uint16_t>()});
    profile.protocols.clear();
    for (const Json& protocol : valueAt(json, "protocols"))
        profile.protocols.push_back(wordOf(protocol, std::array{Protocol::Udp, Protocol::Tcp}));
    profile.scope = wordOf(valueAt(json, "scope"), std::array{Scope::Pods, Scope::Any});
    profile.chainPrefix = textAt(json, "chain_prefix");
    if (const auto found = json.find("tunnels"); found != json.end()) {
        for (const Json& one : *found) {
            Tunnel& tunnel = profile.tunnels.emplace_back(Tunnel{Port{valueAt(one, "port").get<std::uint16_t>()}, {}});
            for (const Json& network : valueAt(one, "peers"))
                tunnel.peers.push_back(orThrow(readPrefix(network.get<std::string>())));
        }
    }
    profile.safety.probe.reset();
    if (const auto found = json.find("probe"); found != json.end()) {
        ProbeSettings probe{.name = textAt(*found, "name"), .from = {}};
        probe.timeout = std::chrono::milliseconds(countAt(*found, "timeout_ms"));
        for (const Json& origin : valueAt(*found, "from"))
            probe.from.push_back(wordOf(origin, std::array{ProbeOrigin::Node, ProbeOrigin::Pods}));
        profile.safety.probe = std::move(probe);
    }
    return profile;
}

std::vector<ProbeResult> readResults(const Json& json)
{
    std::vector<ProbeResult> results;
    for (const Json& one : json) {
        ProbeResult& result = results.emplace_back();
        result.from = textAt(one, "from");
        result.service = textAt(one, "service");
        result.asked = countAt(one, "asked");
        result.answered = countAt(one, "answered");
        result.silent = countAt(one, "silent");
    }
    return results;
}

RuleBody readBody(const std::string& text)
{
    constexpr std::string_view jump = "-j ";
    if (text.starts_with(jump) && text.find(' ', jump.size()) == std::string::npos)
        return Jump{text.substr(jump.size())};
    return orThrow(readRule(text));
}

OwnedChain readChain(const Json& json)
{
    OwnedChain chain{.name = textAt(json, "name"), .shared = valueAt(json, "shared").get<bool>(), .entries = {}};
    for (const Json& entry : valueAt(json, "entries"))
        chain.entries.push_back({entry.at(0).get<std::size_t>(), Entry{readBody(entry.at(1).get<std::string>()), {}}});
    return chain;
}

std::vector<OwnedPart> readParts(const Json& json)
{
    std::vector<OwnedPart> parts;
    for (const Json& one : json) {
        OwnedPart& part = parts.emplace_back();
        part.ruleset.family = wordOf(valueAt(one, "family"), allFamilies);
        part.ruleset.chainPrefix = textAt(one, "prefix");
        part.earlierPrefixes = valueAt(one, "earlier_prefixes").get<std::vector<std::string>>();
        for (const Json& chain : valueAt(one, "chains"))
            part.chains.push_back(readChain(chain));
    }
    return parts;
}

} // namespace

std::string writePending(const Pending& pending)
{
    const Json json{{"digest", pending.digest},         {"backend", std::string(toText(pending.backend))},
                    {"asking", toJson(pending.asking)}, {"baseline", toJson(pending.baseline)},
                    {"before", toJson(pending.before)}, {"other_before", toJson(pending.otherBefore)}};
    return writeStateJson(json);
}

std::optional<Pending> readPending(std::string_view text)
{
    try {
        const Json json = readStateJson(text);
        return Pending{.digest = textAt(json, "digest"),
                       .backend = wordOf(valueAt(json, "backend"), allBackends),
                       .asking = readAsking(valueAt(json, "asking")),
                       .baseline = readResults(valueAt(json, "baseline")),
                       .before = readParts(valueAt(json, "before")),
                       .otherBefore = readParts(valueAt(json, "other_before"))};
    } catch (const Json::exception&) {
        return std::nullopt;
    } catch (const Unreadable&) {
        return std::nullopt;
    }
}

} // namespace notrack
