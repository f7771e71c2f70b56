#include "core/findings/finding_checks.h"
#include "core/findings/packet_path.h"
#include "core/net/chain_names.h"

#include <algorithm>

namespace notrack
{

namespace
{

/// Rules of others that make the profile's DNS queries untracked.
void quoteNotrack(const Circumstances& node, const SavedChains& table, std::vector<std::string>& evidence)
{
    for (const Address& service : node.profile().services)
        for (const Protocol protocol : node.profile().protocols)
            for (const Port port : node.profile().ports)
                for (const Hook hook : allHooks) {
                    if (service.family() != table.family)
                        continue;
                    PacketClass query;
                    query.protocol = protocol;
                    query.destination = Prefix(service);
                    query.destinationPort = port;
                    query.destinationLocal = node.isLocal(service);
                    query.sourceLocal = hook == Hook::Output;
                    const Journey journey = follow(table, builtInChain(hook), query, node.ownChains());
                    for (const Ending& ending : journey.endings)
                        if (ending.fate == Fate::Untracked)
                            addOnce(evidence, quoteRule(table, ending.line));
                }
}

constexpr const char* applyClears = "`dns-notrack apply` takes them away; by hand: ";

/// Chains with our names in a raw table that is not the store's own: the legacy one while nftables is in use, which apply clears,
/// or the one that iptables-nft makes, which belongs to others and which apply leaves alone.
void describeChains(const Circumstances& node, const SavedChains& table, Hook hook, Finding& finding)
{
    const std::string& prefix = node.profile().chainPrefix;
    const std::string base = baseChain(prefix, hook);
    const std::string command = node.commandFor(table) + " -t raw ";
    std::string flush;
    std::string remove;
    for (const std::string& chain : {ruleChain(prefix, hook), tunnelChain(prefix, hook)}) {
        const SavedChain* const found = table.find(chain);
        if (found == nullptr)
            continue;
        if (found->rules.empty())
            finding.evidence.push_back(quoteRule(table, ":" + chain));
        for (const SavedRule& rule : found->rules)
            finding.evidence.push_back(quoteRule(table, rule.line));
        flush.append("; ").append(command).append("-F ").append(chain);
        remove.append("; ").append(command).append("-X ").append(chain);
    }
    if (flush.empty())
        return;
    finding.advice.push_back((table.backend == Backend::Iptables ? applyClears : "by hand, since no run of dns-notrack made them: ") +
                             command + "-D " + std::string(builtInChain(hook)) + " -j " + base + "; " + command + "-F " + base + flush +
                             "; " + command + "-X " + base + remove);
}

} // namespace

std::optional<Finding> checkOtherNotrack(const Circumstances& node)
{
    Finding finding{.severity = Severity::Warning};
    for (const SavedChains& table : node.tables())
        if (table.role == "raw")
            quoteNotrack(node, table, finding.evidence);
    if (finding.evidence.empty())
        return std::nullopt;
    finding.summary =
        "Other rules make the same DNS queries untracked already, so removing this program's brings tracking back only in part.";
    finding.advice.emplace_back(
        "keep one of the two; NodeLocal DNSCache's rules are its own, others may be left over from earlier attempts");
    return finding;
}

std::optional<Finding> checkOtherBackend(const Circumstances& node)
{
    Finding finding{.severity = Severity::Warning};
    for (const SavedChains& table : node.tables()) {
        const bool inUse = table.backend == Backend::Iptables && node.backend() == Backend::Iptables;
        if (table.table == "raw" && !inUse)
            for (const Hook hook : allHooks)
                describeChains(node, table, hook, finding);
    }
    if (node.backend() != Backend::Nftables)
        for (const std::string& table : node.facts().ownNftablesTables) {
            finding.evidence.push_back("nftables: table " + table);
            finding.advice.push_back(applyClears + ("nft delete table " + table));
        }
    if (finding.evidence.empty())
        return std::nullopt;
    finding.summary =
        "Chains of ours are outside the " + std::string(toText(node.backend())) + " tables that this program keeps, and act beside those.";
    return finding;
}

std::optional<Finding> checkBridgeNetfilter(const Circumstances& node)
{
    const NodeFacts& facts = node.facts();
    if (facts.podsOnBridge != true)
        return std::nullopt;
    Finding finding{.severity = Severity::Warning};
    for (const Family family : allFamilies) {
        const auto& services = node.profile().services;
        const bool wanted = std::any_of(services.begin(), services.end(), [&](const Address& one) { return one.family() == family; });
        const std::optional<bool>& calls = family == Family::Ipv4 ? facts.bridgeCallsIptables : facts.bridgeCallsIp6tables;
        const std::string setting = family == Family::Ipv4 ? "net.bridge.bridge-nf-call-iptables" : "net.bridge.bridge-nf-call-ip6tables";
        if (!wanted || calls == true)
            continue;
        finding.evidence.push_back(calls ? setting + " = 0" : setting + " is not there: br_netfilter is not loaded");
        finding.advice.push_back((calls ? "sysctl -w " : "modprobe br_netfilter; sysctl -w ") + setting + "=1");
    }
    if (finding.evidence.empty())
        return std::nullopt;
    finding.summary = "Pods are on a bridge whose packets pass netfilter by: DNS pods of this node cannot answer pods of this node, with "
                      "or without the rules.";
    const std::vector<Address>& servers = node.realServers();
    const bool here = std::any_of(servers.begin(), servers.end(),
                                  [&](const Address& one) { return node.isPod(one) && node.isOnAnotherNode(one) != Certainty::Yes; });
    const std::optional<Finding> masquerade = here ? checkLostSnat(node) : std::nullopt;
    if (!masquerade)
        return finding;
    finding.severity = Severity::Fatal;
    finding.evidence.insert(finding.evidence.end(), masquerade->evidence.begin(), masquerade->evidence.end());
    finding.summary = "Pods are on a bridge whose packets pass netfilter by. DNS pods of this node can answer its pods only because "
                      "queries to the service are masqueraded, which untracked ones are not.";
    return finding;
}

std::optional<Finding> checkUnreadRules(const Circumstances& node)
{
    std::vector<std::string> unread = node.facts().unreadRules;
    if (!node.facts().ipvsUnread.empty())
        unread.push_back("IPVS: " + node.facts().ipvsUnread);
    if (unread.empty())
        return std::nullopt;
    return Finding{.severity = Severity::Warning,
                   .summary = "Rules of others could not be read, so what they do to untracked DNS is unknown here; a probe tells.",
                   .evidence = std::move(unread),
                   .advice = {"install the programs that list them (packages iptables and nftables), and run as root"}};
}

std::optional<Finding> checkMissingModules(const Circumstances& node)
{
    const auto missing = node.facts().missingModules.find(node.backend());
    if (missing == node.facts().missingModules.end() || missing->second.empty())
        return std::nullopt;
    Finding finding{.severity = Severity::Fatal,
                    .summary = "This kernel lacks what NOTRACK rules are made of.",
                    .evidence = {},
                    .advice = {},
                    .waived = false};
    std::string all;
    for (const std::string& module : missing->second) {
        finding.evidence.push_back("module " + module + " is neither loaded nor installed for the running kernel");
        all += " " + module;
    }
    finding.advice.push_back("install the package of the running kernel's modules, then load them: modprobe --all" + all);
    return finding;
}

std::optional<Finding> checkEarlyRaw(const Circumstances& node)
{
    if (node.facts().rawBeforeDefrag.empty())
        return std::nullopt;
    return Finding{.severity = Severity::Warning,
                   .summary = "The raw table stands before packets are put together again: only the first fragment of a large answer has "
                              "a port, the others are tracked, and the answer is lost.",
                   .evidence = node.facts().rawBeforeDefrag,
                   .advice = {"take `raw_before_defrag` out of the modules' options, and restart the node"}};
}

std::optional<Finding> checkForeignObjects(const Circumstances& node)
{
    if (node.facts().foreignObjects.empty())
        return std::nullopt;
    return Finding{.severity = Severity::Warning,
                   .summary = "Others put objects of theirs into our nftables tables; what their chains do to DNS is not judged.",
                   .evidence = node.facts().foreignObjects,
                   .advice = {"move them into a table of their own; `dns-notrack remove` leaves them where they are, and the table with "
                              "them, but takes elements that send packets to our chains"},
                   .waived = false};
}

} // namespace notrack
