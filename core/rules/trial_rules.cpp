#include "core/rules/trial_rules.h"

#include "core/rules/ownership.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <utility>

namespace notrack
{

namespace
{

/// A port that a rule names for the server's side, and its protocol.
struct ServerPort
{
    Protocol protocol = Protocol::Udp;
    PortRange port;

    bool operator==(const ServerPort&) const = default;
};

/// The side of a rule on which the server stands; nothing for a rule that names no port, or both.
enum class ServerSide { Source, Destination };

std::optional<ServerSide> serverSideOf(const NotrackRule& rule)
{
    if (rule.target != RuleTarget::Notrack || rule.sourcePort.has_value() == rule.destinationPort.has_value())
        return std::nullopt;
    return rule.sourcePort ? ServerSide::Source : ServerSide::Destination;
}

void addOnce(std::vector<ServerPort>& ports, const NotrackRule& rule)
{
    const std::optional<ServerSide> side = serverSideOf(rule);
    if (!side)
        return;
    const ServerPort port{rule.protocol, side == ServerSide::Source ? *rule.sourcePort : *rule.destinationPort};
    if (std::find(ports.begin(), ports.end(), port) == ports.end())
        ports.push_back(port);
}

std::vector<ServerPort> serverPortsOf(const std::vector<NotrackRule>& rules)
{
    std::vector<ServerPort> ports;
    for (const NotrackRule& rule : rules)
        addOnce(ports, rule);
    return ports;
}

std::vector<NotrackRule> exceptionsFor(const std::vector<ServerPort>& serverPorts, PortRange clientPorts)
{
    std::vector<NotrackRule> exceptions;
    for (const ServerPort& server : serverPorts) {
        NotrackRule query{.protocol = server.protocol, .sourcePort = clientPorts, .destinationPort = server.port};
        NotrackRule answer{.protocol = server.protocol, .sourcePort = server.port, .destinationPort = clientPorts};
        query.target = answer.target = RuleTarget::Return;
        exceptions.push_back(query);
        exceptions.push_back(answer);
    }
    return exceptions;
}

std::vector<NotrackRule> narrowedRules(const std::vector<NotrackRule>& full, PortRange clientPorts)
{
    std::vector<NotrackRule> rules;
    for (NotrackRule rule : full) {
        if (const std::optional<ServerSide> side = serverSideOf(rule)) {
            (side == ServerSide::Source ? rule.destinationPort : rule.sourcePort) = clientPorts;
            rules.push_back(rule);
        }
    }
    return rules;
}

void putInFront(std::vector<NotrackRule>& rules, const std::vector<NotrackRule>& more)
{
    rules.insert(rules.begin(), more.begin(), more.end());
}

/// Puts entries in front of a chain of ours; the others keep their order, and in a shared chain their places among others' rules.
void putInFront(OwnedChain& chain, const std::vector<RuleBody>& bodies)
{
    for (PlacedEntry& placed : chain.entries)
        placed.position += bodies.size();
    std::vector<PlacedEntry> front;
    front.reserve(bodies.size());
    for (const RuleBody& body : bodies)
        front.push_back({front.size(), Entry{body, {}}});
    chain.entries.insert(chain.entries.begin(), front.begin(), front.end());
}

bool isOfKind(std::string_view chain, ChainKind kind)
{
    const std::optional<ChainName> name = readChainName(chain);
    return name && name->kind == kind;
}

bool isException(const RuleBody& body)
{
    const auto* rule = std::get_if<NotrackRule>(&body);
    return rule != nullptr && rule->target == RuleTarget::Return;
}

/// Whether an entry is there because of a trial. `isTrialChain` tells whether a name is that of a trial's chain of ours.
bool isOfTrial(std::string_view chain, const RuleBody& body, const std::function<bool(std::string_view)>& isTrialChain)
{
    return isTrialChain(targetOf(body)) || (isException(body) && isOfKind(chain, ChainKind::Rules));
}

OwnedChain& chainOf(OwnedPart& part, const std::string& name, bool shared)
{
    const auto found = std::find_if(part.chains.begin(), part.chains.end(), [&](const OwnedChain& chain) { return chain.name == name; });
    if (found != part.chains.end())
        return *found;
    part.chains.push_back({.name = name, .shared = shared, .entries = {}});
    return part.chains.back();
}

/// Names of the trial's chains under these prefixes.
std::function<bool(std::string_view)> trialChainsOf(const std::string& chainPrefix, const std::vector<std::string>& earlierPrefixes)
{
    auto names = ownedChains(chainPrefix, earlierPrefixes);
    std::erase_if(names, [](const std::string& name) { return !isOfKind(name, ChainKind::Trial); });
    return [names = std::move(names)](std::string_view name) { return names.contains(name); };
}

} // namespace

Ruleset narrowed(const Ruleset& full, PortRange clientPorts)
{
    return {.family = full.family,
            .chainPrefix = full.chainPrefix,
            .prerouting = {},
            .output = {},
            .trial = {narrowedRules(full.prerouting, clientPorts), narrowedRules(full.output, clientPorts)}};
}

Ruleset withExceptions(const Ruleset& full, PortRange clientPorts)
{
    Ruleset ruleset = full;
    putInFront(ruleset.prerouting, exceptionsFor(serverPortsOf(full.prerouting), clientPorts));
    putInFront(ruleset.output, exceptionsFor(serverPortsOf(full.output), clientPorts));
    return ruleset;
}

OwnedPart withExceptions(const OwnedPart& present, const Ruleset& full, PortRange clientPorts)
{
    OwnedPart part = withoutTrial(present);
    for (OwnedChain& chain : part.chains) {
        if (!isOfKind(chain.name, ChainKind::Rules))
            continue;
        std::vector<ServerPort> ports = serverPortsOf(full.prerouting);
        for (const NotrackRule& rule : full.output)
            addOnce(ports, rule);
        for (const PlacedEntry& placed : chain.entries) {
            if (const auto* rule = std::get_if<NotrackRule>(&placed.entry.body))
                addOnce(ports, *rule);
        }
        const std::vector<NotrackRule> exceptions = exceptionsFor(ports, clientPorts);
        putInFront(chain, {exceptions.begin(), exceptions.end()});
    }
    return part;
}

OwnedPart withNarrowed(const OwnedPart& present, const Ruleset& full, PortRange clientPorts)
{
    return withTrialRules(withExceptions(present, full, clientPorts), narrowed(full, clientPorts));
}

OwnedPart withTrialRules(OwnedPart part, const Ruleset& trial)
{
    for (const Hook hook : allHooks) {
        const std::string name = trialChain(trial.chainPrefix, hook);
        const std::vector<NotrackRule>& rules = trial.rules(hook, ChainKind::Trial);
        putInFront(chainOf(part, name, false), {rules.begin(), rules.end()});
        putInFront(chainOf(part, std::string(builtInChain(hook)), true), {Jump{name}});
    }
    return part;
}

OwnedPart withoutTunnels(OwnedPart part)
{
    for (OwnedChain& chain : part.chains) {
        if (isOfKind(chain.name, ChainKind::Tunnels))
            chain.entries.clear();
    }
    return part;
}

OwnedPart withoutTrial(OwnedPart present)
{
    const auto isTrialChain = trialChainsOf(present.ruleset.chainPrefix, present.earlierPrefixes);
    std::erase_if(present.chains, [&](const OwnedChain& chain) { return isTrialChain(chain.name); });
    for (OwnedChain& chain : present.chains) {
        std::size_t gone = 0;
        std::vector<PlacedEntry> left;
        for (PlacedEntry& placed : chain.entries) {
            if (isOfTrial(chain.name, placed.entry.body, isTrialChain)) {
                ++gone;
                continue;
            }
            placed.position -= gone;
            left.push_back(std::move(placed));
        }
        chain.entries = std::move(left);
    }
    return present;
}

Table withoutTrial(Table table, const std::string& chainPrefix, const std::vector<std::string>& earlierPrefixes)
{
    const auto isTrialChain = trialChainsOf(chainPrefix, earlierPrefixes);
    const auto owned = ownedChains(chainPrefix, earlierPrefixes);
    std::erase_if(table.chains, [&](const Chain& chain) { return isTrialChain(chain.name); });
    for (Chain& chain : table.chains) {
        if (chain.builtIn || owned.contains(chain.name))
            std::erase_if(chain.entries, [&](const Entry& entry) { return isOfTrial(chain.name, entry.body, isTrialChain); });
    }
    return table;
}

bool holdsTrial(const Table& table, const std::string& chainPrefix, const std::vector<std::string>& earlierPrefixes)
{
    const auto isTrialChain = trialChainsOf(chainPrefix, earlierPrefixes);
    const auto owned = ownedChains(chainPrefix, earlierPrefixes);
    return std::any_of(table.chains.begin(), table.chains.end(), [&](const Chain& chain) {
        return isTrialChain(chain.name) || ((chain.builtIn || owned.contains(chain.name)) &&
                                            std::any_of(chain.entries.begin(), chain.entries.end(), [&](const Entry& entry) {
                                                return isOfTrial(chain.name, entry.body, isTrialChain);
                                            }));
    });
}

OwnedPart withCounters(OwnedPart wanted, const OwnedPart& former)
{
    for (OwnedChain& chain : wanted.chains) {
        const auto before =
            std::find_if(former.chains.begin(), former.chains.end(), [&](const OwnedChain& one) { return one.name == chain.name; });
        if (before == former.chains.end())
            continue;
        std::vector<bool> taken(before->entries.size());
        for (PlacedEntry& placed : chain.entries) {
            for (std::size_t i = 0; i < taken.size(); ++i) {
                const Entry& entry = before->entries[i].entry;
                if (taken[i] || entry.body != placed.entry.body)
                    continue;
                taken[i] = true;
                placed.entry.counters = entry.counters;
                break;
            }
        }
    }
    return wanted;
}

} // namespace notrack
