#include "core/rules/jump_order.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

namespace notrack
{

namespace
{

/// Nobody nests chains of the raw table deeper than this; a loop, which the kernel refuses, ends here as well.
constexpr int deepestJump = 8;

/// Targets after which a packet goes on to the next rule, with nothing said about tracking it.
constexpr std::array<std::string_view, 7> passingTargets{"", "LOG", "NFLOG", "TRACE", "MARK", "DSCP", "TOS"};

bool areApart(const std::optional<Prefix>& one, const std::optional<Prefix>& other)
{
    return one && other && !one->contains(other->address()) && !other->contains(one->address());
}

bool areApart(const std::optional<PortRange>& one, const std::optional<PortRange>& other)
{
    return one && other && !one->overlaps(*other);
}

/// Whether no packet that the rule is for can match what reaches that far.
bool misses(const Reach& reach, const NotrackRule& rule)
{
    return (reach.protocol && *reach.protocol != rule.protocol) || areApart(reach.source, rule.source) ||
           areApart(reach.destination, rule.destination) || areApart(rule.sourcePort, reach.sourcePorts) ||
           areApart(rule.destinationPort, reach.destinationPorts);
}

bool missesAll(const Reach& reach, const Ruleset& ruleset)
{
    const auto missed = [&](const NotrackRule& rule) { return misses(reach, rule); };
    const auto missedByAll = [&](const std::vector<NotrackRule>& rules) { return std::all_of(rules.begin(), rules.end(), missed); };
    return reach.isOtherProtocol || (missedByAll(ruleset.prerouting) && missedByAll(ruleset.output) &&
                                     missedByAll(ruleset.tunnels.prerouting) && missedByAll(ruleset.tunnels.output));
}

/// Follows packets through entries that are not ours.
class JumpWalk
{
public:
    JumpWalk(const Table& table, const Ruleset& ruleset) : m_table(table), m_ruleset(ruleset) {}

    bool takes(const Entry& entry, int depth) const
    {
        if (const auto* jump = std::get_if<Jump>(&entry.body))
            return chainTakes(jump->chain, depth);
        const auto* foreign = std::get_if<ForeignRule>(&entry.body);
        if (foreign == nullptr || !foreign->reach)
            return true;
        if (missesAll(*foreign->reach, m_ruleset))
            return false;
        if (std::find(passingTargets.begin(), passingTargets.end(), foreign->target) != passingTargets.end())
            return false;
        if (foreign->target == "RETURN")
            return depth == 0;
        return foreign->reach->isGoto || chainTakes(foreign->target, depth);
    }

private:
    bool chainTakes(std::string_view name, int depth) const
    {
        const Chain* chain = findChain(m_table, name);
        if (chain == nullptr || depth >= deepestJump)
            return true;
        return std::any_of(chain->entries.begin(), chain->entries.end(), [&](const Entry& entry) { return takes(entry, depth + 1); });
    }

    const Table& m_table;
    const Ruleset& m_ruleset;
};

} // namespace

std::size_t countUntilDnsIsTaken(const Table& table, const Chain& chain, const Ruleset& ruleset,
                                 const std::set<std::string, std::less<>>& owned)
{
    const JumpWalk walk(table, ruleset);
    const auto taken = std::find_if(chain.entries.begin(), chain.entries.end(), [&](const Entry& entry) {
        return owned.find(targetOf(entry.body)) == owned.end() && walk.takes(entry, 0);
    });
    return static_cast<std::size_t>(std::distance(chain.entries.begin(), taken));
}

} // namespace notrack
