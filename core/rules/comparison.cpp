#include "core/rules/comparison.h"

#include "core/rules/increasing_run.h"
#include "core/rules/jump_order.h"
#include "core/rules/ownership.h"

#include <algorithm>
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

OwnedChain ruleChainOf(const Ruleset& ruleset, Hook hook, ChainKind kind)
{
    OwnedChain chain{.name = toText(ChainName{ruleset.chainPrefix, hook, kind}), .shared = false, .entries = {}};
    for (const NotrackRule& rule : ruleset.rules(hook, kind))
        chain.entries.push_back({chain.entries.size(), Entry{rule, {}}});
    return chain;
}

OwnedChain sharedChainWithJump(std::string name, std::string to)
{
    return {.name = std::move(name), .shared = true, .entries = {{0, Entry{Jump{std::move(to)}, {}}}}};
}

OwnedChain baseChainOf(const Ruleset& ruleset, Hook hook)
{
    OwnedChain chain{.name = baseChain(ruleset.chainPrefix, hook), .shared = true, .entries = {}};
    for (const ChainKind kind : kindsOfRules) {
        if (ruleset.has(kind))
            chain.entries.push_back({chain.entries.size(), Entry{Jump{toText(ChainName{ruleset.chainPrefix, hook, kind})}, {}}});
    }
    return chain;
}

bool isOurs(const Entry& entry, const ChainNames& owned)
{
    return owned.find(targetOf(entry.body)) != owned.end();
}

/// Whether everything in a chain of ours of that name is ours.
bool isOursAlone(std::string_view name)
{
    const std::optional<ChainName> read = readChainName(name);
    return read && read->kind != ChainKind::Base;
}

/// An entry of ours in a chain that is compared.
struct Ours
{
    const Entry* entry = nullptr;
    std::size_t place = 0;        ///< in the chain
    std::size_t othersBefore = 0; ///< entries of others that stand before it
};

/// The partner of an entry: the next wanted one of that key that has none.
using WantedPlaces = std::unordered_map<std::string, std::vector<std::size_t>>;

std::optional<std::size_t> takePlace(WantedPlaces& wantedPlaces, const std::string& key)
{
    const auto places = wantedPlaces.find(key);
    if (places == wantedPlaces.end() || places->second.empty())
        return std::nullopt;
    const std::size_t place = places->second.back();
    places->second.pop_back();
    return place;
}

/// Finds the entries of ours that can stay, and lists the rest. One stays where the same is wanted after as many entries of others.
void compareOurs(const std::vector<Ours>& found, const std::vector<Ours>& wanted, ChainComparison& comparison)
{
    if (found.empty()) { // a first apply, which may be of thousands
        comparison.insertions.reserve(wanted.size());
        for (const Ours& missing : wanted)
            comparison.insertions.push_back({{missing.place, *missing.entry}, std::nullopt});
        return;
    }
    const auto placeKey = [](const Ours& ours) { return std::to_string(ours.othersBefore) + " " + keyOf(ours.entry->body); };
    WantedPlaces wantedPlaces;
    for (std::size_t i = wanted.size(); i-- > 0;)
        wantedPlaces[placeKey(wanted[i])].push_back(i);

    std::vector<std::optional<std::size_t>> partner(found.size()); // place in `wanted` of the same entry
    for (std::size_t i = 0; i < found.size(); ++i)
        partner[i] = takePlace(wantedPlaces, placeKey(found[i]));

    std::vector<bool> stays(wanted.size());
    const std::vector<bool> inOrder = longestIncreasingRun(partner);
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (inOrder[i])
            stays[*partner[i]] = true;
    }
    WantedPlaces moveTo;
    for (std::size_t i = wanted.size(); i-- > 0;) {
        if (!stays[i])
            moveTo[keyOf(wanted[i].entry->body)].push_back(i);
    }
    std::vector<const Ours*> movedFrom(wanted.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (inOrder[i])
            continue;
        comparison.deletions.push_back(found[i].place);
        if (const auto to = takePlace(moveTo, keyOf(found[i].entry->body)))
            movedFrom[*to] = &found[i];
    }
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (stays[i])
            continue;
        Insertion insertion{{wanted[i].place, *wanted[i].entry}, std::nullopt};
        if (movedFrom[i] != nullptr) {
            insertion.movedFrom = movedFrom[i]->place;
            insertion.placed.entry.counters = movedFrom[i]->entry->counters;
        }
        comparison.insertions.push_back(std::move(insertion));
    }
}

/// A chain in which everything is ours.
void compareEntries(const std::vector<Entry>& found, const std::vector<PlacedEntry>& wanted, ChainComparison& comparison)
{
    std::vector<Ours> all;
    all.reserve(found.size());
    for (std::size_t i = 0; i < found.size(); ++i)
        all.push_back({&found[i], i, 0});
    std::vector<Ours> shallBe;
    shallBe.reserve(wanted.size());
    for (const PlacedEntry& placed : wanted)
        shallBe.push_back({&placed.entry, placed.position, 0});
    compareOurs(all, shallBe, comparison);
}

/// Our entries in a chain that holds rules of others too. Where all shall be first, they are so behind what cannot take DNS.
void compareShared(const Table& table, const Chain& chain, const OwnedChain& part, const Ruleset& ruleset, const ChainNames& owned,
                   ChainComparison& comparison)
{
    const std::vector<PlacedEntry>& wanted = part.entries;
    std::vector<Ours> ours;
    for (std::size_t i = 0; i < chain.entries.size(); ++i) {
        if (isOurs(chain.entries[i], owned))
            ours.push_back({&chain.entries[i], i, i - ours.size()});
    }
    const std::size_t othersInAll = chain.entries.size() - ours.size();
    std::vector<Ours> shallBe;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const std::size_t before = std::min(wanted[i].position - std::min(wanted[i].position, i), othersInAll);
        shallBe.push_back({&wanted[i].entry, wanted[i].position, before});
    }
    if (std::all_of(shallBe.begin(), shallBe.end(), [](const Ours& one) { return one.othersBefore == 0; })) {
        const std::size_t passed = countUntilDnsIsTaken(table, chain, ruleset, owned);
        for (Ours& one : ours)
            one.othersBefore = one.place <= passed ? 0 : one.othersBefore;
    }
    compareOurs(ours, shallBe, comparison);
}

/// Jumps of others to a chain of ours that has to go keep the kernel from letting it go.
void dropJumpsOfOthers(const Chain& chain, const ChainNames& goingAway, ChainComparison& comparison)
{
    for (std::size_t i = 0; i < chain.entries.size(); ++i) {
        if (isOurs(chain.entries[i], goingAway))
            comparison.deletions.push_back(i);
    }
}

ChainComparison compareOwned(const Table& table, const OwnedChain& wanted, const Ruleset& ruleset, const ChainNames& owned)
{
    ChainComparison comparison{.name = wanted.name, .shared = wanted.shared, .wanted = true};
    static const Chain nothing;
    const Chain* chain = findChain(table, wanted.name);
    comparison.present = chain != nullptr;
    if (wanted.shared)
        compareShared(table, chain == nullptr ? nothing : *chain, wanted, ruleset, owned, comparison);
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
            chain != nullptr && !isOursAlone(name) && !listed.contains(name) &&
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
        ChainComparison result{.name = chain.name, .shared = !isOursAlone(chain.name), .present = true, .wanted = !goes};
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
        part.chains.push_back(baseChainOf(ruleset, hook));
        for (const ChainKind kind : kindsOfRules) {
            if (ruleset.has(kind))
                part.chains.push_back(ruleChainOf(ruleset, hook, kind));
        }
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
        OwnedChain present{.name = chain.name, .shared = !isOursAlone(chain.name), .entries = {}};
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
        comparison.chains.push_back(compareOwned(comparison.table, chain, wanted.ruleset, owned));
    compareUnwanted(wanted, owned, comparison);
    return comparison;
}

bool allInSync(const std::vector<Comparison>& comparisons)
{
    return std::all_of(comparisons.begin(), comparisons.end(), [](const Comparison& comparison) { return comparison.inSync(); });
}

} // namespace notrack
