#include "core/rules/ownership.h"

#include <algorithm>
#include <optional>

namespace notrack
{

namespace
{

using ChainNames = std::set<std::string, std::less<>>;

bool isNotrackRule(const Entry& entry)
{
    return std::holds_alternative<NotrackRule>(entry.body);
}

bool goesTo(const Chain* from, std::string_view to)
{
    return from != nullptr &&
           std::any_of(from->entries.begin(), from->entries.end(), [&](const Entry& entry) { return targetOf(entry.body) == to; });
}

void addChainsOfOtherPrefixes(const Table& table, const Ruleset& wanted, Hook hook, ChainNames& owned)
{
    for (const Chain& chain : table.chains) {
        const std::optional<ChainName> name = readChainName(chain.name);
        if (!name || name->kind != ChainKind::Rules || name->hook != hook || name->prefix == wanted.chainPrefix)
            continue;
        const Chain* base = findChain(table, baseChain(name->prefix, hook));
        if (!goesTo(base, chain.name) || !std::all_of(chain.entries.begin(), chain.entries.end(), isNotrackRule))
            continue;
        owned.insert(chain.name);
        owned.insert(base->name);
    }
}

/// The only chain that `from` jumps to without conditions, that is not yet known as ours, and that `fits`.
template <typename Fits>
const Chain* findStandIn(const Table& table, const Chain* from, const Ruleset& wanted, Fits fits)
{
    if (from == nullptr)
        return nullptr;
    const ChainNames owned = ownedChains(table, wanted);
    for (const Entry& entry : from->entries) {
        const auto* jump = std::get_if<Jump>(&entry.body);
        const Chain* target = jump == nullptr ? nullptr : findChain(table, jump->chain);
        if (target != nullptr && !target->builtIn && owned.find(target->name) == owned.end() && fits(*target))
            return target;
    }
    return nullptr;
}

/// Whether a chain that is jumped to from `base` could be our rule chain: an empty one only where nothing else is jumped to.
bool couldBeRules(const Chain& chain, const Chain& base, const Ruleset& wanted, Hook hook)
{
    const std::vector<NotrackRule>& rules = wanted.rules(hook);
    if (chain.entries.empty())
        return base.entries.size() == 1;
    return std::all_of(chain.entries.begin(), chain.entries.end(), [&](const Entry& entry) {
        const auto* rule = std::get_if<NotrackRule>(&entry.body);
        return rule != nullptr && (wanted.empty() || std::find(rules.begin(), rules.end(), *rule) != rules.end());
    });
}

/// Whether a chain holds just the jump to our rule chain, or to one that took its place.
bool leadsToRules(const Table& table, const Chain& base, const Ruleset& wanted, Hook hook)
{
    if (base.entries.size() != 1)
        return false;
    const std::string rulesName = ruleChain(wanted.chainPrefix, hook);
    const std::string_view target = targetOf(base.entries.front().body);
    const Chain* rules = findChain(table, target);
    const bool standIn = findChain(table, rulesName) == nullptr && rules != nullptr;
    return target == rulesName || (standIn && couldBeRules(*rules, base, wanted, hook));
}

} // namespace

std::set<std::string, std::less<>> ownedChains(const Table& table, const Ruleset& wanted)
{
    ChainNames owned;
    for (const Hook hook : allHooks) {
        owned.insert(baseChain(wanted.chainPrefix, hook));
        owned.insert(ruleChain(wanted.chainPrefix, hook));
        addChainsOfOtherPrefixes(table, wanted, hook, owned);
    }
    return owned;
}

std::vector<RenamedChain> renamedChains(const Table& table, const Ruleset& wanted)
{
    std::vector<RenamedChain> renamed;
    for (const Hook hook : allHooks) {
        const std::string baseName = baseChain(wanted.chainPrefix, hook);
        const std::string rulesName = ruleChain(wanted.chainPrefix, hook);
        const Chain* base = findChain(table, baseName);
        if (base == nullptr) {
            base = findStandIn(table, findChain(table, builtInChain(hook)), wanted,
                               [&](const Chain& chain) { return leadsToRules(table, chain, wanted, hook); });
            if (base != nullptr)
                renamed.push_back({base->name, baseName});
        }
        if (findChain(table, rulesName) != nullptr)
            continue;
        const Chain* rules = findStandIn(table, base, wanted, [&](const Chain& chain) { return couldBeRules(chain, *base, wanted, hook); });
        if (rules != nullptr)
            renamed.push_back({rules->name, rulesName});
    }
    return renamed;
}

Table withNamesRestored(Table table, const std::vector<RenamedChain>& renamed)
{
    for (const RenamedChain& name : renamed) {
        for (Chain& chain : table.chains) {
            if (chain.name == name.from)
                chain.name = name.to;
            for (Entry& entry : chain.entries) {
                if (auto* jump = std::get_if<Jump>(&entry.body); jump != nullptr && jump->chain == name.from)
                    jump->chain = name.to;
                if (auto* foreign = std::get_if<ForeignRule>(&entry.body); foreign != nullptr && foreign->target == name.from)
                    foreign->target = name.to;
            }
        }
    }
    return table;
}

} // namespace notrack
