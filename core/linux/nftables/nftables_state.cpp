#include "core/linux/nftables/nftables_state.h"

#include "core/base/spelling.h"
#include "core/linux/nftables/nf_tables.h"

#include <algorithm>
#include <utility>

namespace notrack::nft
{

namespace
{

std::optional<std::string> faultsOf(const ListedTable& table, const BaseChain& base)
{
    std::string faults;
    const auto add = [&](bool fault, const std::string& text) { faults += fault ? (faults.empty() ? "" : ", ") + text : ""; };
    add(table.dormant, "its table is dormant");
    add(base.renamed, "it is named " + base.chain->name);
    add(base.moved, "it is not attached at priority raw");
    add(base.otherPolicy, "its policy is not accept");
    return faults.empty() ? std::nullopt : std::optional("# this base chain is not as it should be: " + faults);
}

std::string whereIn(Family family, const std::string& table)
{
    return "table " + std::string(nftablesFamily(family)) + " " + table + ": ";
}

bool isKnown(const std::vector<ModelChain>& chains, const std::string& name)
{
    return std::any_of(chains.begin(), chains.end(), [&](const ModelChain& chain) { return chain.name == name; });
}

void forgetCounters(State& state)
{
    for (ListedTable& table : state.tables) {
        for (ListedChain& chain : table.chains) {
            for (ListedRule& rule : chain.rules)
                rule.entry.counters = {};
        }
    }
}

} // namespace

std::optional<BaseChain> findBase(const ListedTable& table, Hook hook)
{
    const Attachment wanted = attachmentOf(hook);
    const auto isInPlace = [&](const ListedChain& chain) {
        return chain.attachment && chain.attachment->type == wanted.type && chain.attachment->hook == wanted.hook &&
               chain.attachment->priority == wanted.priority;
    };
    for (const ListedChain& chain : table.chains) {
        if (chain.name == builtInChain(hook)) {
            const bool moved = !isInPlace(chain);
            return BaseChain{&chain, false, moved, !moved && chain.attachment->policy != wanted.policy};
        }
    }
    for (const ListedChain& chain : table.chains) {
        if (isInPlace(chain))
            return BaseChain{&chain, true, false, chain.attachment->policy != wanted.policy};
    }
    return std::nullopt;
}

std::vector<ModelChain> readModel(const State& state)
{
    std::vector<ModelChain> chains;
    for (const Hook hook : allHooks) {
        ModelChain chain{std::string(builtInChain(hook)), hook, {}, {}};
        bool present = false;
        for (const ListedTable& table : state.tables) {
            const std::optional<BaseChain> base = findBase(table, hook);
            if (!base)
                continue;
            present = true;
            if (const auto faults = faultsOf(table, *base))
                chain.slots.push_back({table.name, 0, true, {ForeignRule{"", *faults, {}}, {}}});
            for (const ListedRule& rule : base->chain->rules)
                chain.slots.push_back({table.name, rule.handle, false, rule.entry});
        }
        if (present)
            chains.push_back(std::move(chain));
    }
    for (const ListedTable& table : state.tables) {
        for (const ListedChain& listed : table.chains) {
            const bool isBase = std::any_of(allHooks.begin(), allHooks.end(), [&](Hook hook) {
                const std::optional<BaseChain> base = findBase(table, hook);
                return base && base->chain == &listed;
            });
            if (isBase || listed.name == markChain || isKnown(chains, listed.name))
                continue;
            ModelChain chain{listed.name, std::nullopt, table.name, {}};
            for (const ListedRule& rule : listed.rules)
                chain.slots.push_back({table.name, rule.handle, false, rule.entry});
            chains.push_back(std::move(chain));
        }
    }
    return chains;
}

std::string tableNameFor(std::string_view chainPrefix)
{
    return lowerCase(chainPrefix);
}

bool sameButCounters(const State& left, const State& right)
{
    State first = left;
    State second = right;
    forgetCounters(first);
    forgetCounters(second);
    first.foreignTables.clear();
    second.foreignTables.clear();
    return first == second;
}

Table toTable(const State& state)
{
    Table table{.family = state.family, .chains = {}};
    for (const ListedTable& listed : state.tables) {
        table.nftablesTables.push_back(std::string(nftablesFamily(state.family)) + " " + listed.name);
        for (const std::string& object : listed.objects)
            table.foreignObjects.push_back(whereIn(state.family, listed.name) + object);
        for (const MapElement& element : listed.elements) {
            if (readChainName(element.chain))
                table.foreignObjects.push_back(whereIn(state.family, listed.name) + "map " + element.map +
                                               ", an element that sends packets to " + element.chain);
        }
    }
    for (ModelChain& model : readModel(state)) {
        if (!model.hook && !readChainName(model.name))
            table.foreignObjects.push_back(whereIn(state.family, model.table) + "chain " + model.name);
        Chain& chain = table.chains.emplace_back(Chain{model.name, model.hook.has_value(), {}});
        for (Slot& slot : model.slots)
            chain.entries.push_back(std::move(slot.entry));
    }
    return table;
}

} // namespace notrack::nft
