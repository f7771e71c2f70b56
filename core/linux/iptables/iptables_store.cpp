#include "core/linux/iptables/iptables_store.h"

#include "core/linux/iptables/legacy_table.h"
#include "core/linux/iptables/libiptc.h"
#include "core/linux/iptables/rule_codec.h"
#include "core/linux/iptables/xtables_lock.h"
#include "core/linux/system/kernel_modules.h"

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace notrack
{

namespace
{

/// What libiptc takes for one step.
class StepRunner
{
public:
    StepRunner(Family family, LibiptcTable& table) : m_family(family), m_table(table) {}

    Result<void> operator()(const CreateChain& step) { return m_table.createChain(step.chain); }
    Result<void> operator()(const DeleteChain& step) { return m_table.deleteChain(step.chain); }
    Result<void> operator()(const DeleteEntry& step) { return m_table.deleteEntry(step.chain, step.position); }
    Result<void> operator()(const InsertEntry& step)
    {
        const Result<std::vector<std::byte>> bytes = encodeRule(m_family, step.entry);
        if (!bytes)
            return tl::unexpected(bytes.error());
        return m_table.insertEntry(step.chain, step.position, *bytes);
    }

private:
    Family m_family;
    LibiptcTable& m_table;
};

/// Reads the raw table of a family. One that the kernel does not hold has no chains, and reading it would make the kernel create it.
/// What the table stands in meanwhile is `memory`, which the next reading finds there.
Result<Table> readRawTable(Family family, TableBytes& memory)
{
    const Result<bool> present = hasLegacyTable(family, "raw");
    if (!present)
        return tl::unexpected(present.error());
    if (!*present)
        return Table{.family = family, .chains = {}};
    if (const Result<void> library = checkLibiptc(); !library) // so that what is found can be put right as well
        return tl::unexpected(library.error());
    Result<LegacyTable> table = LegacyTable::read(family, "raw", std::move(memory));
    if (!table)
        return tl::unexpected(table.error());
    Table decoded = table->decode();
    memory = std::move(*table).takeMemory();
    return decoded;
}

class LockedIptables : public LockedTables
{
public:
    explicit LockedIptables(LockFile lock) : m_lock(std::move(lock)) {}

    bool adopt(const Table& table) override
    {
        m_stamps[table.family] = table.chains.empty() ? std::nullopt : std::optional(table.stamp);
        return true;
    }

    Result<Table> snapshot(Family family) override
    {
        Result<Table> table = readRawTable(family, m_memory);
        if (table)
            adopt(*table);
        return table;
    }

    Result<void> commit(std::span<const Plan> plans) override
    {
        m_memory = {}; // libiptc needs as much
        for (const Plan& plan : plans) {
            if (Result<void> done = commit(plan); !done)
                return done;
        }
        return {};
    }

private:
    /// Reads the table once more, right before it is replaced: the kernel's own check compares the number of entries only.
    Result<void> commit(const Plan& plan)
    {
        const auto table = openRawTable(plan.family);
        if (!table)
            return tl::unexpected(table.error());
        const Result<bool> same = isAsSeen(plan.family, **table);
        if (!same)
            return tl::unexpected(same.error());
        if (!*same)
            return makeError(ErrorKind::Conflict, "the raw table was changed by a program that does not take the lock",
                             std::string(toText(plan.family)));
        StepRunner runner(plan.family, **table);
        for (const Step& step : plan.steps) {
            if (Result<void> done = std::visit(runner, step); !done)
                return done;
        }
        return (*table)->commit();
    }

    /// Whether the table is what the last snapshot gave. One that was not there then has just been created, and must be as empty as it was taken for.
    Result<bool> isAsSeen(Family family, LibiptcTable& table) const
    {
        const auto seen = m_stamps.find(family);
        if (seen != m_stamps.end() && seen->second)
            return table.hash() == *seen->second;
        TableBytes memory;
        const Result<Table> now = readRawTable(family, memory);
        if (!now)
            return tl::unexpected(now.error());
        return std::all_of(now->chains.begin(), now->chains.end(),
                           [](const Chain& chain) { return chain.builtIn && chain.entries.empty(); });
    }

    LockFile m_lock;
    TableBytes m_memory;
    std::map<Family, std::optional<std::uint64_t>> m_stamps; ///< of the tables as last read; nothing for one that was not there
};

class IptablesStore : public TableStore
{
public:
    Backend backend() const override { return Backend::Iptables; }

    Result<Table> snapshot(Family family) override { return readRawTable(family, m_memory); }

    std::optional<std::string> unavailable(Family family) override
    {
        const Result<bool> present = hasLegacyTable(family, "raw");
        if (!present || *present)
            return std::nullopt;
        if (family == Family::Ipv6 && access("/proc/net/if_inet6", F_OK) != 0)
            return "this node has no IPv6";
        const char* names = family == Family::Ipv4 ? "/proc/net/ip_tables_names" : "/proc/net/ip6_tables_names";
        const char* module = family == Family::Ipv4 ? "iptable_raw" : "ip6table_raw";
        if (access(names, F_OK) == 0 || isKernelPartActive(module) || isModuleInstalled(module))
            return std::nullopt;
        return std::string("the kernel module ") + module + " is not installed";
    }

    void prepare(Family family) override
    {
        if (!hasLegacyTable(family, "raw").value_or(true))
            loadLegacyRawModules(family);
    }

    Result<std::unique_ptr<LockedTables>> lock(std::chrono::milliseconds wait) override
    {
        auto lock = takeXtablesLock(wait);
        if (!lock)
            return tl::unexpected(lock.error());
        outliveSignals();
        m_memory = {};
        return std::make_unique<LockedIptables>(std::move(*lock));
    }

private:
    TableBytes m_memory;
};

} // namespace

std::unique_ptr<TableStore> makeIptablesStore()
{
    return std::make_unique<IptablesStore>();
}

} // namespace notrack
