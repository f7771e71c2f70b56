#include "core/findings/leg_judgement.h"

#include "core/base/text_lines.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace notrack
{

namespace
{

bool isSame(const Ending& one, const Ending& other)
{
    return one.chain == other.chain && one.line == other.line;
}

std::vector<Ending>::const_iterator findIn(const std::vector<Ending>& endings, const Ending& wanted)
{
    return std::find_if(endings.begin(), endings.end(), [&](const Ending& one) { return isSame(one, wanted); });
}

/// Endings that drop the untracked packet and that its tracked twin does not meet, or only behind a way through that the untracked one has not; all of
/// them where the untracked one has none.
std::vector<Ending> newDrops(const Journey& tracked, const Journey& untracked)
{
    const auto lostWay = std::find_if(tracked.endings.begin(), tracked.endings.end(), [&](const Ending& ending) {
        return ending.fate == Fate::Accepted && findIn(untracked.endings, ending) == untracked.endings.end();
    });
    const bool everyDrop = untracked.always(Fate::Dropped) && lostWay != tracked.endings.end();
    std::vector<Ending> drops;
    for (const Ending& ending : untracked.endings)
        if (ending.fate == Fate::Dropped && (everyDrop || findIn(tracked.endings, ending) >= lostWay))
            drops.push_back(ending);
    return drops;
}

bool isOfNetworkPolicy(std::string_view line)
{
    constexpr std::array prefixes{"-A cali-", "-A KUBE-NWPLCY", "-A KUBE-POD-FW", "-A WEAVE-NPC", "-A KUBE-NETWORK-POLICIES"};
    return std::any_of(prefixes.begin(), prefixes.end(), [&](std::string_view prefix) { return line.starts_with(prefix); });
}

/// Matches of iptables, of those that a remedy has, as nft writes them.
std::string nativeMatch(const std::string& remedy, Family family)
{
    const std::string ip = family == Family::Ipv4 ? " ip " : " ip6 ";
    std::string text;
    std::string protocol;
    const std::vector<std::string_view> words = splitWords(remedy);
    for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
        const std::string_view option = words[i];
        const std::string value(words[i + 1]);
        if (option == "-p")
            protocol = value;
        else if (option == "-s" || option == "-d")
            text.append(ip).append(option == "-s" ? "saddr " : "daddr ").append(value);
        else
            text.append(" ").append(protocol).append(" ").append(option.substr(2)).append(" ").append(value);
    }
    return text;
}

/// The command that puts a rule first which lets those packets of a leg through that the rules make.
std::string letThrough(const Circumstances& node, const Station& station, const Leg& leg)
{
    const SavedChains& table = *station.table;
    const bool untracked = leg.withRules != Tracking::New;
    if (!table.base.empty())
        return "nft insert rule " + table.table.substr(table.table.find(' ') + 1) + " " + table.base +
               nativeMatch(leg.remedy, table.family) + (untracked ? " ct state untracked" : "") + " accept";
    return node.commandFor(table) + (table.table == "filter" ? "" : " -t " + table.table) + " -I " + std::string(station.chain) + " " +
           leg.remedy + (untracked ? " -m conntrack --ctstate UNTRACKED" : "") + " -j ACCEPT";
}

/// NetworkPolicy engines judge replies by connection state, and rules before theirs do not last.
void advise(const Circumstances& node, const Station& station, const Leg& leg, const std::vector<Ending>& drops, Finding& finding)
{
    const bool policy = std::any_of(drops.begin(), drops.end(), [](const Ending& drop) { return isOfNetworkPolicy(drop.line); });
    if (policy && station.chain != "INPUT") // a query at INPUT is no reply: a rule before the policies lets it in
        addOnce(finding.advice,
                "the drop is NetworkPolicy's, which knows replies by connection state only: allow the DNS pods egress to all "
                "pods over UDP, and pods ingress from the DNS pods");
    else
        addOnce(finding.advice, letThrough(node, station, leg));
}

std::vector<PassedHook> withTracking(std::vector<PassedHook> way, Tracking tracking)
{
    for (PassedHook& step : way)
        step.packet.tracking = tracking;
    return way;
}

} // namespace

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

} // namespace notrack
