#include "core/rules/comparison.h"

#include "core/rules/increasing_run.h"
#include "core/rules/ownership.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

namespace notrack
{

namespace
{

using ChainNames = std::set<std::string, std::less<>>;

/// Equal for equal rules. The kind is part of it: what a store shows of a foreign rule may look like one of ours.
std::string keyOf(const RuleBody& body)
{
    return std::to_string(body.index()) + toText(body);
}

OwnedChain ruleChainOf(const Ruleset& ruleset, Hook hook)
{
    OwnedChain chain{.name = ruleChain(ruleset.chainPrefix, hook), .shared = false, .entries = {}};
    for (const NotrackRule& rule : ruleset.rules(hook))
        chain.entries.push_back({chain.entries.size(), Entry{rule, {}}});
    return chain;
}

OwnedChain sharedChainWithJump(std::string name, std::string to)
{
    return {.name = std::move(name), .shared = true, .entries = {{0, Entry{Jump{std::move(to)}, {}}}}};
}

bool isOurs(const Entry& entry, const ChainNames& owned)
{
    return owned.find(targetOf(entry.body)) != owned.end();
}

bool isRuleChain(std::string_view name)
{
    const std::optional<ChainName> read = readChainName(name);
    return read && read->kind == ChainKind::Rules;
}

/// Finds, for the places of a chain of ours, the entries that can stay, and lists the rest.
void compareEntries(const std::vector<Entry>& found, const std::vector<PlacedEntry>& wanted, ChainComparison& comparison)
{
    std::unordered_map<std::string, std::vector<std::size_t>> wantedPlaces;
    for (std::size_t i = wanted.size(); i-- > 0;)
        wantedPlaces[keyOf(wanted[i].entry.body)].push_back(i);

    std::vector<std::optional<std::size_t>> partner(found.size()); // place in `wanted` of the same entry
    for (std::size_t i = 0; i < found.size(); ++i) {
        const auto places = wantedPlaces.find(keyOf(found[i].body));
        if (places == wantedPlaces.end() || places->second.empty())
            continue;
        partner[i] = places->second.back();
        places->second.pop_back();
    }

    std::vector<std::optional<std::size_t>> movedFrom(wanted.size());
    std::vector<bool> stays(wanted.size());
    const std::vector<bool> inOrder = longestIncreasingRun(partner);
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (inOrder[i]) {
            stays[*partner[i]] = true;
            continue;
        }
        comparison.deletions.push_back(i);
        if (partner[i])
            movedFrom[*partner[i]] = i;
    }
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (stays[i])
            continue;
        Insertion insertion{wanted[i], movedFrom[i]};
        if (movedFrom[i])
            insertion.placed.entry.counters = found[*movedFrom[i]].counters;
        comparison.insertions.push_back(std::move(insertion));
    }
}

/// Our entries in a chain that holds rules of others too: those at the right place from the top stay, the rest is put anew.
void compareShared(const Chain& chain, const std::vector<PlacedEntry>& wanted, const ChainNames& owned, ChainComparison& comparison)
{
    std::size_t matched = 0;
    std::map<std::string, std::size_t> movable;
    for (std::size_t i = 0; i < chain.entries.size(); ++i) {
        const Entry& entry = chain.entries[i];
        if (!isOurs(entry, owned))
            continue;
        const bool inPlace = matched < wanted.size() && comparison.deletions.empty() && wanted[matched].position == i &&
                             wanted[matched].entry.body == entry.body;
        if (inPlace) {
            ++matched;
            continue;
        }
        comparison.deletions.push_back(i);
        movable.emplace(keyOf(entry.body), i);
    }
    for (; matched < wanted.size(); ++matched) {
        Insertion insertion{wanted[matched], std::nullopt};
        if (const auto found = movable.find(keyOf(wanted[matched].entry.body)); found != movable.end()) {
            insertion.movedFrom = found->second;
            insertion.placed.entry.counters = chain.entries[found->second].counters;
            movable.erase(found);
        }
        comparison.insertions.push_back(std::move(insertion));
    }
}

/// Jumps of others to a chain of ours that has to go keep the kernel from letting it go.
void dropJumpsOfOthers(const Chain& chain, const ChainNames& goingAway, ChainComparison& comparison)
{
    for (std::size_t i = 0; i < chain.entries.size(); ++i) {
        if (isOurs(chain.entries[i], goingAway))
            comparison.deletions.push_back(i);
    }
}

ChainComparison compareOwned(const Table& table, const OwnedChain& wanted, const ChainNames& owned)
{
    ChainComparison comparison{.name = wanted.name, .shared = wanted.shared, .wanted = true};
    static const Chain nothing;
    const Chain* chain = findChain(table, wanted.name);
    comparison.present = chain != nullptr;
    if (wanted.shared)
        compareShared(chain == nullptr ? nothing : *chain, wanted.entries, owned, comparison);
    else
        compareEntries(chain == nullptr ? nothing.entries : chain->entries, wanted.entries, comparison);
    return comparison;
}

ChainNames namesOf(const OwnedPart& part)
{
    ChainNames names;
    for (const OwnedChain& chain : part.chains)
        names.insert(chain.name);
    return names;
}

/// Our chains, less base chains that are not wanted but cannot go, since they hold rules of others.
ChainNames ownedFor(const Table& table, const OwnedPart& wanted)
{
    const ChainNames listed = namesOf(wanted);
    const ChainNames candidates = ownedChains(wanted.ruleset.chainPrefix, wanted.earlierPrefixes);
    ChainNames owned = candidates;
    for (const std::string& name : candidates) {
        const Chain* chain = findChain(table, name);
        const bool heldByOthers =
            chain != nullptr && !isRuleChain(name) && !listed.contains(name) &&
            !std::all_of(chain->entries.begin(), chain->entries.end(), [&](const Entry& entry) { return isOurs(entry, candidates); });
        if (heldByOthers)
            owned.erase(name);
    }
    return owned;
}

/// Chains that `wanted` does not list: ours have to go, and the jumps to those with them.
void compareUnwanted(const OwnedPart& wanted, const ChainNames& owned, Comparison& comparison)
{
    const ChainNames listed = namesOf(wanted);
    ChainNames goingAway;
    std::set_difference(owned.begin(), owned.end(), listed.begin(), listed.end(), std::inserter(goingAway, goingAway.end()));

    for (const Chain& chain : comparison.table.chains) {
        if (listed.contains(chain.name))
            continue;
        const bool goes = goingAway.contains(chain.name);
        ChainComparison result{.name = chain.name, .shared = !isRuleChain(chain.name), .present = true, .wanted = !goes};
        if (goes)
            compareEntries(chain.entries, {}, result);
        else
            dropJumpsOfOthers(chain, goingAway, result);
        if (goes || chain.builtIn || !result.deletions.empty())
            comparison.chains.push_back(std::move(result));
    }
}

} // namespace

OwnedPart wantedPart(const Ruleset& ruleset, const std::vector<std::string>& earlierPrefixes)
{
    OwnedPart part{.ruleset = ruleset, .earlierPrefixes = earlierPrefixes, .chains = {}};
    if (ruleset.empty())
        return part;
    for (const Hook hook : allHooks)
        part.chains.push_back(sharedChainWithJump(std::string(builtInChain(hook)), baseChain(ruleset.chainPrefix, hook)));
    for (const Hook hook : allHooks) {
        part.chains.push_back(sharedChainWithJump(baseChain(ruleset.chainPrefix, hook), ruleChain(ruleset.chainPrefix, hook)));
        part.chains.push_back(ruleChainOf(ruleset, hook));
    }
    return part;
}

OwnedPart presentPart(const Table& table, const OwnedPart& wanted)
{
    OwnedPart part{.ruleset = wanted.ruleset, .earlierPrefixes = wanted.earlierPrefixes, .chains = {}};
    const ChainNames owned = ownedChains(wanted.ruleset.chainPrefix, wanted.earlierPrefixes);
    for (const Chain& chain : table.chains) {
        if (!chain.builtIn && !owned.contains(chain.name))
            continue;
        OwnedChain present{.name = chain.name, .shared = !isRuleChain(chain.name), .entries = {}};
        for (std::size_t i = 0; i < chain.entries.size(); ++i) {
            if (!present.shared || isOurs(chain.entries[i], owned))
                present.entries.push_back({i, chain.entries[i]});
        }
        part.chains.push_back(std::move(present));
    }
    return part;
}

bool Comparison::inSync() const
{
    return std::all_of(chains.begin(), chains.end(), [](const ChainComparison& chain) { return chain.inSync(); });
}

bool Comparison::anythingPresent() const
{
    return std::any_of(chains.begin(), chains.end(), [&](const ChainComparison& chain) {
        const Chain* found = findChain(table, chain.name);
        return found != nullptr && !found->builtIn;
    });
}

Comparison compare(Table table, const OwnedPart& wanted)
{
    Comparison comparison;
    comparison.table = std::move(table);
    const ChainNames owned = ownedFor(comparison.table, wanted);
    for (const OwnedChain& chain : wanted.chains)
        comparison.chains.push_back(compareOwned(comparison.table, chain, owned));
    compareUnwanted(wanted, owned, comparison);
    return comparison;
}

} // namespace notrack
