#include "core/run/pending.h"

#include "core/net/rule_text.h"
#include "core/run/json_word.h"

#include <nlohmann/json.hpp>

#include <array>
#include <utility>

namespace notrack
{

namespace
{

using Json = nlohmann::json;

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
    for (const Json& service : json.at("services"))
        profile.services.push_back(orThrow(readAddress(service.get<std::string>())));
    for (const Json& pods : json.at("pod_cidrs"))
        profile.podCidrs.push_back(orThrow(readPrefix(pods.get<std::string>())));
    profile.ports.clear();
    for (const Json& port : json.at("ports"))
        profile.ports.push_back(Port{port.get<std::uint16_t>()});
    profile.protocols.clear();
    for (const Json& protocol : json.at("protocols"))
        profile.protocols.push_back(wordOf(protocol, std::array{Protocol::Udp, Protocol::Tcp}));
    profile.scope = wordOf(json.at("scope"), std::array{Scope::Pods, Scope::Any});
    profile.chainPrefix = json.at("chain_prefix").get<std::string>();
    profile.safety.probe.reset();
    if (const auto found = json.find("probe"); found != json.end()) {
        ProbeSettings probe{.name = found->at("name").get<std::string>(), .from = {}};
        probe.timeout = std::chrono::milliseconds(found->at("timeout_ms").get<std::uint32_t>());
        for (const Json& origin : found->at("from"))
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
        result.from = one.at("from").get<std::string>();
        result.service = one.at("service").get<std::string>();
        result.asked = one.at("asked").get<std::uint32_t>();
        result.answered = one.at("answered").get<std::uint32_t>();
        result.silent = one.at("silent").get<std::uint32_t>();
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
    OwnedChain chain{.name = json.at("name").get<std::string>(), .shared = json.at("shared").get<bool>(), .entries = {}};
    for (const Json& entry : json.at("entries"))
        chain.entries.push_back({entry.at(0).get<std::size_t>(), Entry{readBody(entry.at(1).get<std::string>()), {}}});
    return chain;
}

std::vector<OwnedPart> readParts(const Json& json)
{
    std::vector<OwnedPart> parts;
    for (const Json& one : json) {
        OwnedPart& part = parts.emplace_back();
        part.ruleset.family = wordOf(one.at("family"), allFamilies);
        part.ruleset.chainPrefix = one.at("prefix").get<std::string>();
        part.earlierPrefixes = one.at("earlier_prefixes").get<std::vector<std::string>>();
        for (const Json& chain : one.at("chains"))
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
    return json.dump(1, ' ', true, Json::error_handler_t::replace) + "\n";
}

std::optional<Pending> readPending(std::string_view text)
{
    try {
        const Json json = Json::parse(text);
        return Pending{.digest = json.at("digest").get<std::string>(),
                       .backend = wordOf(json.at("backend"), allBackends),
                       .asking = readAsking(json.at("asking")),
                       .baseline = readResults(json.at("baseline")),
                       .before = readParts(json.at("before")),
                       .otherBefore = readParts(json.at("other_before"))};
    } catch (const Json::exception&) {
        return std::nullopt;
    } catch (const Unreadable&) {
        return std::nullopt;
    }
}

} // namespace notrack
