#include "core/findings/exchange_legs.h"
#include "core/findings/leg_judgement.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace notrack
{

std::optional<Finding> checkStatefulForward(const Circumstances& node)
{
    Finding finding{.severity = Severity::Warning};
    for (const Family family : allFamilies) {
        const auto& services = node.profile().services;
        const bool wanted = std::any_of(services.begin(), services.end(), [&](const Address& one) { return one.family() == family; });
        if (!wanted)
            continue;
        const std::vector<Leg> legs = legsOf(node, family);
        for (const Leg& leg : legs)
            judgeLeg(node, family, leg, finding);
    }
    if (finding.evidence.empty())
        return std::nullopt;
    finding.summary = finding.severity == Severity::Fatal
                          ? "The packet filter lets DNS through by connection state and drops it untracked."
                          : "The packet filter knows DNS by connection state in places, and may drop it untracked.";
    return finding;
}

namespace
{

bool dropsInvalid(const SavedRule& rule)
{
    const bool drops = rule.target == "DROP" || rule.target == "REJECT";
    return drops && rule.conditions.size() == 1 && !rule.conditions.front().negated &&
           (rule.conditions.front().option == "--ctstate" || rule.conditions.front().option == "--state") &&
           rule.conditions.front().values == std::vector<std::string>{"INVALID"};
}

/// Chains that forwarded packets may come to; of a table of nft's own by their own names.
std::set<std::string> chainsOfForward(const SavedChains& table)
{
    std::set<std::string> found;
    std::vector<std::string> open{"FORWARD"};
    while (!open.empty()) {
        const std::string name = std::move(open.back());
        open.pop_back();
        const SavedChain* const chain = table.find(name);
        if (chain == nullptr || !found.insert(name).second)
            continue;
        for (const SavedRule& rule : chain->rules)
            open.push_back(rule.target);
    }
    if (!table.base.empty() && found.erase("FORWARD") > 0)
        found.insert(table.base);
    return found;
}

std::string letIcmpIn(const Circumstances& node, const SavedChains& table, const std::string& chain)
{
    const bool ipv6 = table.family == Family::Ipv6;
    if (table.table.starts_with("table "))
        return "nft insert rule " + table.table.substr(table.table.find(' ') + 1) + " " + chain + (ipv6 ? " icmpv6" : " icmp") +
               " type destination-unreachable accept";
    return node.commandFor(table) + (table.table == "filter" ? "" : " -t " + table.table) + " -I FORWARD -p " +
           (ipv6 ? "ipv6-icmp --icmpv6-type" : "icmp --icmp-type") + " destination-unreachable -j ACCEPT";
}

} // namespace

std::optional<Finding> checkIcmpInvalid(const Circumstances& node)
{
    Finding finding{.severity = Severity::Info};
    for (const SavedChains& table : node.tables()) {
        for (const std::string& name : chainsOfForward(table)) {
            for (const SavedRule& rule : table.find(name)->rules) {
                if (!dropsInvalid(rule))
                    continue;
                addOnce(finding.evidence, quoteRule(table, rule.line));
                addOnce(finding.advice, letIcmpIn(node, table, name));
            }
        }
    }
    if (finding.evidence.empty())
        return std::nullopt;
    finding.summary = "The packet filter drops what conntrack calls invalid, and that is every ICMP error about an untracked query: a "
                      "client of a dead DNS pod waits for its time-out instead of hearing at once.";
    return finding;
}

} // namespace notrack
