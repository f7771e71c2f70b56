#include "core/rules/ruleset.h"

#include <algorithm>

namespace notrack
{

namespace
{

/// The part of a profile that one family's rules are made of. A prefix of length 0 is left out of a rule: iptables knows no match for it.
struct Networks
{
    std::vector<Prefix> services;
    std::vector<Prefix> pods;
    std::vector<Prefix> podsOnly; ///< `pods` without those that equal a service, for which there is a rule already
};

Networks networksOf(const Profile& profile, Family family)
{
    Networks networks;
    for (const Address& service : profile.services) {
        if (service.family() == family)
            networks.services.emplace_back(service);
    }
    for (const Prefix& pods : profile.podCidrs) {
        if (pods.family() != family)
            continue;
        networks.pods.push_back(pods);
        if (std::find(networks.services.begin(), networks.services.end(), pods) == networks.services.end())
            networks.podsOnly.push_back(pods);
    }
    return networks;
}

std::optional<Prefix> matchOf(const Prefix& prefix)
{
    return prefix.length() == 0 ? std::nullopt : std::optional(prefix);
}

NotrackRule queryTo(const Prefix& destination, Protocol protocol, Port port)
{
    NotrackRule rule;
    rule.protocol = protocol;
    rule.destination = matchOf(destination);
    rule.destinationPort = PortRange::of(port);
    return rule;
}

NotrackRule answerFrom(const Prefix& source, Protocol protocol, Port port)
{
    NotrackRule rule;
    rule.protocol = protocol;
    rule.source = matchOf(source);
    rule.sourcePort = PortRange::of(port);
    return rule;
}

/// network-node-manager's rules; both hooks get the same.
std::vector<NotrackRule> rulesForAny(const Networks& networks, Protocol protocol, Port port)
{
    std::vector<NotrackRule> rules;
    for (const Prefix& service : networks.services)
        rules.push_back(queryTo(service, protocol, port));
    for (const Prefix& pods : networks.podsOnly)
        rules.push_back(queryTo(pods, protocol, port));
    for (const Prefix& pods : networks.pods)
        rules.push_back(answerFrom(pods, protocol, port));
    return rules;
}

/// Rules that never match what the node itself sends or receives, so that masquerading keeps working for it.
std::vector<NotrackRule> rulesForPods(const Networks& networks, Protocol protocol, Port port)
{
    std::vector<NotrackRule> rules;
    const auto addQueries = [&](const std::vector<Prefix>& destinations) {
        for (const Prefix& pods : networks.pods) {
            for (const Prefix& destination : destinations) {
                NotrackRule rule = queryTo(destination, protocol, port);
                rule.source = matchOf(pods);
                rule.notLocal = NotLocal::Source;
                rules.push_back(rule);
            }
        }
    };
    addQueries(networks.services);
    addQueries(networks.podsOnly);
    for (const Prefix& from : networks.pods) {
        for (const Prefix& destination : networks.pods) {
            NotrackRule rule = answerFrom(from, protocol, port);
            rule.destination = matchOf(destination);
            rule.notLocal = NotLocal::Destination;
            rules.push_back(rule);
        }
    }
    return rules;
}

void append(std::vector<NotrackRule>& rules, const std::vector<NotrackRule>& more)
{
    rules.insert(rules.end(), more.begin(), more.end());
}

/// An overlay's outer packets between its peers, in either direction; both hooks get the same.
std::vector<NotrackRule> rulesForTunnel(const Tunnel& tunnel, Family family)
{
    std::vector<NotrackRule> rules;
    for (const Prefix& from : tunnel.peers) {
        for (const Prefix& to : tunnel.peers) {
            if (from.family() != family || to.family() != family)
                continue;
            NotrackRule rule = queryTo(to, Protocol::Udp, tunnel.port);
            rule.source = matchOf(from);
            rules.push_back(rule);
        }
    }
    return rules;
}

} // namespace

Ruleset buildRuleset(const Profile& profile, Family family)
{
    Ruleset ruleset;
    ruleset.family = family;
    ruleset.chainPrefix = profile.chainPrefix;
    for (const Tunnel& tunnel : profile.tunnels)
        append(ruleset.tunnels.prerouting, rulesForTunnel(tunnel, family));
    ruleset.tunnels.output = ruleset.tunnels.prerouting;
    const Networks networks = networksOf(profile, family);
    if (networks.services.empty())
        return ruleset;
    for (const Port port : profile.ports) {
        for (const Protocol protocol : profile.protocols) {
            if (profile.scope == Scope::Pods) {
                append(ruleset.prerouting, rulesForPods(networks, protocol, port));
            } else {
                append(ruleset.prerouting, rulesForAny(networks, protocol, port));
                append(ruleset.output, rulesForAny(networks, protocol, port));
            }
        }
    }
    return ruleset;
}

bool Ruleset::has(ChainKind kind) const
{
    return std::any_of(allHooks.begin(), allHooks.end(), [&](Hook hook) { return !rules(hook, kind).empty(); });
}

const std::vector<NotrackRule>& Ruleset::rules(Hook hook, ChainKind kind) const
{
    static const std::vector<NotrackRule> none;
    switch (kind) {
    case ChainKind::Base:
        return none;
    case ChainKind::Rules:
        return hook == Hook::Prerouting ? prerouting : output;
    case ChainKind::Tunnels:
        return hook == Hook::Prerouting ? tunnels.prerouting : tunnels.output;
    case ChainKind::Trial:
        return hook == Hook::Prerouting ? trial.prerouting : trial.output;
    }
    return none;
}

std::string toText(const Ruleset& ruleset)
{
    const std::string& prefix = ruleset.chainPrefix;
    std::string text = "*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n";
    if (ruleset.empty())
        return text + "COMMIT\n";

    // libiptc keeps the built-in chains in the order of their hooks and sorts the others by name: NOT_DNS, NOT_TUN, base, TRIAL.
    std::vector<ChainName> chains;
    for (const ChainKind kind : {ChainKind::Rules, ChainKind::Tunnels, ChainKind::Base, ChainKind::Trial}) {
        if (kind == ChainKind::Base || ruleset.has(kind)) {
            for (const Hook hook : {Hook::Output, Hook::Prerouting})
                chains.push_back({prefix, hook, kind});
        }
    }
    for (const ChainName& chain : chains)
        text += ":" + toText(chain) + " - [0:0]\n";
    for (const Hook hook : allHooks)
        text += std::string("-A ").append(builtInChain(hook)) + " -j " + baseChain(prefix, hook) + "\n";
    for (const ChainName& chain : chains) {
        for (const NotrackRule& rule : ruleset.rules(chain.hook, chain.kind))
            text += "-A " + toText(chain) + " " + toText(rule) + "\n";
        for (const ChainKind kind : kindsOfRules) {
            if (chain.kind == ChainKind::Base && ruleset.has(kind))
                text += "-A " + toText(chain) + " -j " + toText(ChainName{prefix, chain.hook, kind}) + "\n";
        }
    }
    return text + "COMMIT\n";
}

} // namespace notrack
