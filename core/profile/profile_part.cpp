#include "core/profile/profile_part.h"

#include "core/base/clean_text.h"
#include "core/base/spelling.h"
#include "core/profile/profile_values.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

namespace notrack
{

namespace
{

constexpr std::size_t mostItems = 1'000;
constexpr std::size_t mostOverrides = 1'000;

/// What went wrong, or nothing.
using Problem = std::optional<Error>;

/// A key that a map may have, and what reads its value into the part.
template <typename Part>
struct Key
{
    std::string_view name;
    Problem (*read)(const YamlNode&, Part&);
};

template <typename Value>
Problem readScalar(const YamlNode& node, Result<Value> (*readValue)(const YamlNode&), std::optional<Stated<Value>>& stated)
{
    const Result<Value> value = readValue(node);
    if (!value)
        return value.error();
    stated = Stated<Value>{*value, node.spot};
    return {};
}

/// A list of different items, of which there must be at least `least`.
template <typename Item>
Problem readList(const YamlNode& node, Result<Item> (*readItem)(const YamlNode&), std::size_t least,
                 std::optional<StatedList<Item>>& stated)
{
    if (node.kind != YamlNode::Kind::List)
        return problemAt(node.spot, node.key + " must be a list, as in [a, b]");
    if (node.children.size() < least)
        return problemAt(node.spot, node.key + " must not be empty");
    if (node.children.size() > mostItems)
        return problemAt(node.children[mostItems].spot, node.key + " has more than " + std::to_string(mostItems) + " items");
    StatedList<Item> list{{}, node.spot};
    Problem problems;
    for (const YamlNode& child : node.children) {
        const Result<Item> item = readItem(child);
        if (!item) {
            addProblem(problems, item.error());
            continue;
        }
        const auto same =
            std::find_if(list.value.begin(), list.value.end(), [&](const Stated<Item>& other) { return other.value == *item; });
        if (same != list.value.end())
            addProblem(problems, problemAt(child.spot, node.key + " has this twice; the first one is at " + toText(same->spot)));
        list.value.push_back({*item, child.spot});
    }
    stated = std::move(list);
    return problems;
}

template <typename Part>
std::vector<std::string_view> namesOf(std::span<const Key<Part>> keys)
{
    std::vector<std::string_view> names;
    std::transform(keys.begin(), keys.end(), std::back_inserter(names), [](const Key<Part>& key) { return key.name; });
    return names;
}

Error unknownKey(const YamlNode& node, std::span<const std::string_view> names)
{
    const std::string key = cleanText(cutText(node.key, longestQuote), Newlines::Drop);
    return problemAt(node.keySpot, "unknown key \"" + key + "\"" + suggestion(node.key, names));
}

/// Reads every key of the map; `what` is what errors call it.
template <typename Part>
Problem readMap(const YamlNode& node, std::string_view what, std::span<const Key<Part>> keys, Part& part)
{
    if (node.kind != YamlNode::Kind::Map)
        return problemAt(node.spot, std::string(what) + " must be a map of " + enumerate(namesOf(keys)));
    Problem problems;
    for (const YamlNode& child : node.children) {
        const auto key = std::find_if(keys.begin(), keys.end(), [&](const Key<Part>& each) { return each.name == child.key; });
        if (key == keys.end())
            addProblem(problems, unknownKey(child, namesOf(keys)));
        else
            addProblem(problems, key->read(child, part));
    }
    return problems;
}

/// What one item of `tunnels` says.
struct TunnelPart
{
    std::optional<Stated<Port>> port;
    std::optional<StatedList<Prefix>> peers;
};

constexpr std::array tunnelKeys{
    Key<TunnelPart>{"port", [](const YamlNode& node, TunnelPart& part) { return readScalar(node, readPort, part.port); }},
    Key<TunnelPart>{"peers", [](const YamlNode& node, TunnelPart& part) { return readList(node, readPeers, 1, part.peers); }},
};

Result<Tunnel> readTunnel(const YamlNode& node)
{
    TunnelPart part;
    if (const Problem problem = readMap<TunnelPart>(node, "a tunnel", tunnelKeys, part))
        return tl::unexpected(*problem);
    if (!part.port || !part.peers)
        return tl::unexpected(problemAt(node.spot, "a tunnel needs its UDP port and its peers, the networks of the cluster's nodes"));
    Tunnel tunnel{part.port->value, {}};
    for (const Stated<Prefix>& network : part.peers->value)
        tunnel.peers.push_back(network.value);
    return tunnel;
}

constexpr std::array probeKeys{
    Key<SafetyPart>{"name", [](const YamlNode& node, SafetyPart& part) { return readScalar(node, readDnsName, part.name); }},
    Key<SafetyPart>{"from", [](const YamlNode& node, SafetyPart& part) { return readList(node, readProbeOrigin, 1, part.from); }},
    Key<SafetyPart>{"timeout", [](const YamlNode& node, SafetyPart& part) { return readScalar(node, readTimeout, part.timeout); }},
};

Problem readProbe(const YamlNode& node, SafetyPart& part)
{
    const bool off = node.kind == YamlNode::Kind::Scalar && !node.quoted && node.text == "false";
    part.probe = Stated<bool>{!off, node.spot};
    if (off)
        return {};
    return readMap<SafetyPart>(node, "probe must be false, or it", probeKeys, part);
}

constexpr std::array trialKeys{
    Key<SafetyPart>{"ignore", [](const YamlNode& node, SafetyPart& part) { return readList(node, readPodCidr, 0, part.trialIgnore); }},
};

constexpr std::array safetyKeys{
    Key<SafetyPart>{"waive", [](const YamlNode& node, SafetyPart& part) { return readList(node, readFindingId, 0, part.waive); }},
    Key<SafetyPart>{"probe", readProbe},
    Key<SafetyPart>{"trial", [](const YamlNode& node, SafetyPart& part) { return readMap<SafetyPart>(node, "trial", trialKeys, part); }},
};

Problem readSafety(const YamlNode& node, ProfilePart& part)
{
    return readMap<SafetyPart>(node, "safety", safetyKeys, part.safety);
}

Problem readNodes(const YamlNode& node, ProfilePart& part);

// An override has all of these but the first and the last.
constexpr std::array fileKeys{
    Key<ProfilePart>{"version", [](const YamlNode& node, ProfilePart& part) { return readScalar(node, readVersion, part.version); }},
    Key<ProfilePart>{"name", [](const YamlNode& node, ProfilePart& part) { return readScalar(node, readLabel, part.name); }},
    Key<ProfilePart>{"services",
                     [](const YamlNode& node, ProfilePart& part) { return readList(node, readServiceAddress, 1, part.services); }},
    Key<ProfilePart>{"podCIDRs", [](const YamlNode& node, ProfilePart& part) { return readList(node, readPodCidr, 1, part.podCidrs); }},
    Key<ProfilePart>{"ports", [](const YamlNode& node, ProfilePart& part) { return readList(node, readPort, 1, part.ports); }},
    Key<ProfilePart>{"protocols", [](const YamlNode& node, ProfilePart& part) { return readList(node, readProtocol, 1, part.protocols); }},
    Key<ProfilePart>{"scope", [](const YamlNode& node, ProfilePart& part) { return readScalar(node, readScope, part.scope); }},
    Key<ProfilePart>{"tunnels", [](const YamlNode& node, ProfilePart& part) { return readList(node, readTunnel, 0, part.tunnels); }},
    Key<ProfilePart>{"backend", [](const YamlNode& node, ProfilePart& part) { return readScalar(node, readBackend, part.backend); }},
    Key<ProfilePart>{"chainPrefix",
                     [](const YamlNode& node, ProfilePart& part) { return readScalar(node, readChainPrefix, part.chainPrefix); }},
    Key<ProfilePart>{"safety", readSafety},
    Key<ProfilePart>{"nodes", readNodes},
};

constexpr std::span<const Key<ProfilePart>> keysOfOverride = std::span(fileKeys).subspan(1, fileKeys.size() - 2);

/// `Key<ProfilePart>` at a place in an override.
template <std::size_t Index>
Problem readOverridden(const YamlNode& node, OverridePart& part)
{
    return keysOfOverride[Index].read(node, part.part);
}

template <std::size_t... Indexes>
constexpr auto overrideKeysFor(std::index_sequence<Indexes...> /*all*/)
{
    constexpr auto readMatch = [](const YamlNode& node, OverridePart& part) { return readList(node, readHostGlob, 1, part.match); };
    return std::array{Key<OverridePart>{"match", readMatch}, Key<OverridePart>{keysOfOverride[Indexes].name, readOverridden<Indexes>}...};
}

constexpr auto overrideKeys = overrideKeysFor(std::make_index_sequence<keysOfOverride.size()>());

Problem readNodes(const YamlNode& node, ProfilePart& part)
{
    if (node.kind != YamlNode::Kind::List)
        return problemAt(node.spot, "nodes must be a list of overrides, each with match and what is different there");
    if (node.children.size() > mostOverrides)
        return problemAt(node.children[mostOverrides].spot, "nodes has more than " + std::to_string(mostOverrides) + " items");
    Problem problems;
    for (const YamlNode& child : node.children) {
        OverridePart& added = part.nodes.emplace_back();
        added.spot = child.spot;
        const Problem problem = readMap<OverridePart>(child, "an override", overrideKeys, added);
        addProblem(problems, problem);
        if (!problem && !added.match)
            addProblem(problems, problemAt(child.spot, "this override lacks match, the list of host names that it is for"));
    }
    return problems;
}

} // namespace

Result<ProfilePart> readProfilePart(const ProfileSource& source)
{
    const Result<YamlNode> root = readYaml(source);
    if (!root)
        return tl::unexpected(root.error());
    ProfilePart part;
    Problem problems = readMap<ProfilePart>(*root, "a profile", fileKeys, part);
    const bool stated =
        std::any_of(root->children.begin(), root->children.end(), [](const YamlNode& node) { return node.key == "version"; });
    if (root->kind == YamlNode::Kind::Map && !stated)
        addProblem(problems, problemAt(root->spot, "version is missing; every file says \"version: 1\""));
    if (problems)
        return tl::unexpected(*problems);
    return part;
}

} // namespace notrack
