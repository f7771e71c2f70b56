#include "core/linux/nftables/nftables_batch.h"

#include "core/linux/nftables/nf_tables.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace notrack::nft
{

namespace
{

/// Commands that make and mend tables, beside those of a plan's steps.
constexpr std::size_t roomForTables = 16;

/// Carries a plan out on the model and writes down the commands that do the same to the kernel.
class Batch
{
public:
    explicit Batch(const State& state) : m_state(state), m_chains(readModel(state)) {}

    Result<std::vector<Command>> run(const Plan& plan)
    {
        m_commands.reserve(plan.steps.size() + roomForTables); // a large transaction is not copied while it grows
        m_prologue = true;
        for (const ListedTable& table : m_state.tables)
            repairTable(table);
        m_prologue = false;
        for (const Step& step : plan.steps) {
            if (Result<void> done = std::visit(*this, step); !done)
                return tl::unexpected(done.error());
        }
        for (const auto& [table, chains] : m_rewritten) {
            for (const std::string& chain : chains)
                writeAnew(table, chain);
        }
        return takeCommands();
    }

    Result<void> operator()(const CreateChain& step)
    {
        const std::optional<ChainName> name = readChainName(step.chain);
        if (!name)
            return makeError(ErrorKind::Failed, "this program has no such chain", step.chain);
        const std::string table = tableNameFor(name->prefix);
        if (Result<void> made = ensureTable(table); !made)
            return made;
        m_chains.push_back({step.chain, std::nullopt, table, {}});
        emit(table, AddChain{step.chain, std::nullopt});
        return {};
    }

    Result<void> operator()(const DeleteChain& step)
    {
        const ModelChain* chain = find(step.chain);
        if (chain == nullptr)
            return noSuchChain(step.chain);
        const std::string table = chain->table;
        if (const ListedTable* known = listed(table)) { // what still sends packets to a chain keeps it from going
            for (const MapElement& element : known->elements) {
                if (element.chain == step.chain)
                    emit(table, RemoveElement{element});
            }
        }
        emit(table, RemoveChain{step.chain});
        m_chains.erase(m_chains.begin() + (chain - m_chains.data()));
        return {};
    }

    Result<void> operator()(const DeleteEntry& step)
    {
        ModelChain* chain = find(step.chain);
        if (chain == nullptr || step.position >= chain->slots.size())
            return noSuchChain(step.chain);
        const auto slot = chain->slots.begin() + static_cast<std::ptrdiff_t>(step.position);
        if (!isRewritten(slot->table, step.chain) && slot->handle != 0)
            emit(slot->table, RemoveRule{kernelChain(*chain, slot->table), slot->handle});
        chain->slots.erase(slot);
        return {};
    }

    Result<void> operator()(const InsertEntry& step)
    {
        const std::string table = tableFor(step);
        if (Result<void> made = ensureChain(step.chain, table); !made)
            return made;
        ModelChain* chain = find(step.chain);
        if (chain == nullptr || step.position > chain->slots.size())
            return noSuchChain(step.chain);
        if (!isRewritten(table, step.chain)) {
            if (Result<void> done = emitInsertion(*chain, table, step); !done)
                return done;
        }
        chain->slots.insert(chain->slots.begin() + static_cast<std::ptrdiff_t>(step.position), {table, 0, false, step.entry});
        return {};
    }

private:
    static tl::unexpected<Error> noSuchChain(const std::string& chain)
    {
        return makeError(ErrorKind::Conflict, "the chain is not as it was read", chain);
    }

    ModelChain* find(std::string_view name)
    {
        const auto found = std::find_if(m_chains.begin(), m_chains.end(), [&](const ModelChain& chain) { return chain.name == name; });
        return found == m_chains.end() ? nullptr : &*found;
    }

    const ListedTable* listed(std::string_view table) const
    {
        const auto found =
            std::find_if(m_state.tables.begin(), m_state.tables.end(), [&](const ListedTable& each) { return each.name == table; });
        return found == m_state.tables.end() ? nullptr : &*found;
    }

    template <typename Action>
    void emit(const std::string& table, Action action)
    {
        if (!m_prologue)
            m_touched.insert(table);
        m_commands.push_back({m_state.family, table, std::move(action)});
    }

    bool isRewritten(const std::string& table, const std::string& chain) const
    {
        const auto found = m_rewritten.find(table);
        return found != m_rewritten.end() && found->second.contains(chain);
    }

    /// The kernel's name of a chain within this transaction, where a new name does not count yet.
    std::string kernelChain(const ModelChain& chain, const std::string& table) const
    {
        const ListedTable* known = listed(table);
        if (chain.hook && known != nullptr) {
            if (const std::optional<BaseChain> base = findBase(*known, *chain.hook))
                return base->chain->name;
        }
        return chain.name;
    }

    /// Brings base chains back to their places. It only counts when the plan changes something in the table as well, and it
    /// does: such a chain holds our jump in the wrong place.
    void repairTable(const ListedTable& table)
    {
        if (table.dormant)
            emit(table.name, WakeTable{});
        for (const Hook hook : allHooks) {
            const std::optional<BaseChain> base = findBase(table, hook);
            if (!base)
                continue;
            const std::string name(builtInChain(hook));
            if (base->otherPolicy)
                emit(table.name, AddChain{base->chain->name, hook});
            if (base->renamed)
                emit(table.name, NameChain{base->chain->name, name, base->chain->handle});
            if (!base->moved)
                continue;
            emit(table.name, FlushChain{name});
            emit(table.name, RemoveChain{name});
            emit(table.name, AddChain{name, hook});
            m_rewritten[table.name].insert(name);
        }
    }

    void writeAnew(const std::string& table, const std::string& name)
    {
        for (const Slot& slot : find(name)->slots) {
            if (slot.table == table && !slot.remark)
                emit(table, AddRule{name, Placement::Last, 0, slot.entry});
        }
    }

    Result<void> ensureTable(const std::string& table)
    {
        if (m_state.foreignTables.contains(table))
            return makeError(ErrorKind::Failed,
                             "somebody else made the table " + table + "; delete or rename it, or choose another chainPrefix",
                             "nftables family " + std::string(nftablesFamily(m_state.family)));
        if (listed(table) != nullptr || !m_created.insert(table).second)
            return {};
        emit(table, CreateTable{});
        emit(table, AddChain{markChain, std::nullopt});
        return {};
    }

    /// Makes our base chain where the table lacks it; others the plan has to make itself.
    Result<void> ensureChain(const std::string& name, const std::string& table)
    {
        const std::optional<Hook> hook = hookOfBuiltIn(name);
        if (!hook)
            return {};
        if (Result<void> made = ensureTable(table); !made)
            return made;
        if (find(name) == nullptr)
            m_chains.push_back({name, hook, {}, {}});
        const ListedTable* known = listed(table);
        const bool there = known != nullptr && findBase(*known, *hook);
        if (!there && m_createdBases.insert({table, name}).second)
            emit(table, AddChain{name, hook});
        return {};
    }

    std::string tableFor(const InsertEntry& step)
    {
        if (const ModelChain* chain = find(step.chain); chain != nullptr && !chain->hook)
            return chain->table;
        const std::string target(targetOf(step.entry.body));
        if (const ModelChain* chain = find(target); chain != nullptr && !chain->hook)
            return chain->table;
        if (const std::optional<ChainName> name = readChainName(target))
            return tableNameFor(name->prefix);
        return m_state.tables.empty() ? std::string() : m_state.tables.front().name;
    }

    /// Rules are placed by the handle of a neighbour that the kernel has already. The planner inserts from the top down, so the
    /// next one below will do; one above has to serve only where that is missing.
    Result<void> emitInsertion(const ModelChain& chain, const std::string& table, const InsertEntry& step)
    {
        const auto isOfTable = [&](const Slot& slot) { return slot.table == table && !slot.remark; };
        const auto place = chain.slots.begin() + static_cast<std::ptrdiff_t>(step.position);
        const auto below = std::find_if(place, chain.slots.end(), isOfTable);
        const auto above = std::find_if(std::make_reverse_iterator(place), chain.slots.rend(), isOfTable);
        AddRule rule{kernelChain(chain, table), Placement::Last, 0, step.entry};
        if (below != chain.slots.end() && below->handle != 0) {
            rule.placement = Placement::Before;
            rule.neighbour = below->handle;
        } else if (below != chain.slots.end() && above != chain.slots.rend() && above->handle != 0) {
            rule.placement = Placement::After;
            rule.neighbour = above->handle;
        } else if (below != chain.slots.end()) {
            return makeError(ErrorKind::Failed, "a rule cannot be placed between two new ones", step.chain);
        }
        emit(table, std::move(rule));
        return {};
    }

    /// Whether nothing is left in a table but what comes with it.
    bool isEmpty(const std::string& table) const
    {
        const ListedTable* known = listed(table);
        if (known == nullptr || !known->objects.empty())
            return false;
        return std::none_of(m_chains.begin(), m_chains.end(), [&](const ModelChain& chain) {
            const bool holds =
                std::any_of(chain.slots.begin(), chain.slots.end(), [&](const Slot& slot) { return slot.table == table && !slot.remark; });
            return holds || (!chain.hook && chain.table == table);
        });
    }

    /// Base chains of ours have no place in a table that stays for others alone.
    void removeEmptyBases(const std::string& table)
    {
        const ListedTable* known = listed(table);
        const auto isOurs = [&](const ModelChain& chain) { return !chain.hook && chain.table == table && readChainName(chain.name); };
        if (known == nullptr || std::any_of(m_chains.begin(), m_chains.end(), isOurs))
            return;
        for (const ModelChain& chain : m_chains) {
            const auto isUsed = [&](const Slot& slot) { return slot.table == table && !slot.remark; };
            if (chain.hook && findBase(*known, *chain.hook) && std::none_of(chain.slots.begin(), chain.slots.end(), isUsed))
                emit(table, RemoveChain{kernelChain(chain, table)});
        }
    }

    /// Drops what is meant for tables that the plan does not change, or that go as a whole.
    std::vector<Command> takeCommands()
    {
        for (const std::string& table : m_touched)
            removeEmptyBases(table);
        std::set<std::string> emptied;
        for (const std::string& table : m_touched) {
            if (isEmpty(table))
                emptied.insert(table);
        }
        std::erase_if(m_commands,
                      [&](const Command& command) { return !m_touched.contains(command.table) || emptied.contains(command.table); });
        for (const std::string& table : emptied)
            m_commands.push_back({m_state.family, table, DeleteTable{}});
        return std::move(m_commands);
    }

    const State& m_state;
    std::vector<ModelChain> m_chains;
    std::vector<Command> m_commands;
    bool m_prologue = false;
    std::set<std::string> m_touched;                              ///< tables that the plan changes
    std::set<std::string> m_created;                              ///< tables that it makes
    std::set<std::pair<std::string, std::string>> m_createdBases; ///< table and base chain
    std::map<std::string, std::set<std::string>> m_rewritten;     ///< base chains that are made anew, by table
};

} // namespace

Result<std::vector<Command>> buildCommands(const State& state, const Plan& plan)
{
    return Batch(state).run(plan);
}

} // namespace notrack::nft
