#include "core/findings/exchange_legs.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace notrack
{

namespace
{

/// Whether a way in which the tracked packet gets through is closed to its untracked twin, whatever then drops it.
bool losesAWay(const Journey& tracked, const Journey& untracked)
{
    return std::any_of(tracked.endings.begin(), tracked.endings.end(), [&](const Ending& ending) {
        const auto isSame = [&](const Ending& one) { return one.line == ending.line; };
        return ending.fate == Fate::Accepted && std::none_of(untracked.endings.begin(), untracked.endings.end(), isSame);
    });
}

/// Endings that drop the untracked packet and that its tracked twin does not meet; all of them where the twin has a way through that it has not.
std::vector<Ending> newDrops(const Journey& tracked, const Journey& untracked)
{
    std::vector<Ending> drops;
    const bool everyDrop = untracked.always(Fate::Dropped) && losesAWay(tracked, untracked);
    for (const Ending& ending : untracked.endings) {
        const bool known =
            std::any_of(tracked.endings.begin(), tracked.endings.end(), [&](const Ending& one) { return one.line == ending.line; });
        if (ending.fate == Fate::Dropped && (!known || everyDrop))
            drops.push_back(ending);
    }
    return drops;
}

bool isOfNetworkPolicy(std::string_view line)
{
    constexpr std::array prefixes{"-A cali-", "-A KUBE-NWPLCY", "-A KUBE-POD-FW", "-A WEAVE-NPC", "-A KUBE-NETWORK-POLICIES"};
    return std::any_of(prefixes.begin(), prefixes.end(), [&](std::string_view prefix) { return line.starts_with(prefix); });
}

/// NetworkPolicy engines judge replies by connection state, and rules before theirs do not last.
void advise(const Circumstances& node, const Station& station, const Leg& leg, const std::vector<Ending>& drops, Finding& finding)
{
    const SavedChains& table = *station.table;
    const bool policy = std::any_of(drops.begin(), drops.end(), [](const Ending& drop) { return isOfNetworkPolicy(drop.line); });
    if (table.table.starts_with("table "))
        addOnce(finding.advice, "let untracked DNS pass where `nft list " + table.table +
                                    "` accepts established connections: `ct state established,related,untracked accept`");
    else if (policy && station.chain != "INPUT") // a query at INPUT is no reply: a rule before the policies lets it in
        addOnce(finding.advice,
                "the drop is NetworkPolicy's, which knows replies by connection state only: allow the DNS pods egress to all "
                "pods over UDP, and pods ingress from the DNS pods");
    else
        addOnce(finding.advice, node.commandFor(table) + (table.table == "filter" ? "" : " -t " + table.table) + " -I " +
                                    std::string(station.chain) + " " + leg.remedy +
                                    (leg.withRules == Tracking::New ? " -j ACCEPT" : " -m conntrack --ctstate UNTRACKED -j ACCEPT"));
}

std::vector<PassedHook> withTracking(std::vector<PassedHook> way, Tracking tracking)
{
    for (PassedHook& step : way)
        step.packet.tracking = tracking;
    return way;
}

void judgeLeg(const Circumstances& node, Family family, const Leg& leg, Finding& finding)
{
    const std::vector<Station> tracked = followWay(node.tables(), family, leg.way);
    if (getsThrough(tracked) == Certainty::No)
        return; // nothing is lost by going untracked
    const std::vector<Station> untracked = followWay(node.tables(), family, withTracking(leg.way, leg.withRules));
    bool loses = false;
    for (const Station& station : untracked) {
        const auto twin = std::find_if(tracked.begin(), tracked.end(),
                                       [&](const Station& one) { return one.table == station.table && one.step == station.step; });
        if (twin == tracked.end() || station.step < leg.before)
            continue;
        const std::vector<Ending> drops = newDrops(twin->journey, station.journey);
        if (drops.empty())
            continue;
        loses = true;
        for (const Ending& drop : drops)
            addOnce(finding.evidence, quoteRule(*station.table, drop.line));
        advise(node, station, leg, drops, finding);
    }
    if (loses && getsThrough(untracked) == Certainty::No && !leg.ofNode)
        finding.severity = Severity::Fatal;
}

} // namespace

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
    if (!table.table.starts_with("table ") || found.erase("FORWARD") == 0)
        return found;
    for (const auto& [name, chain] : table.chains)
        if (name != "FORWARD" && chain == *table.find("FORWARD"))
            found.insert(name);
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
