#include "core/linux/iptables/iptables_store.h"

#include "core/linux/iptables/libiptc.h"
#include "core/linux/iptables/rule_codec.h"
#include "core/linux/iptables/xtables_lock.h"
#include "core/linux/system/kernel_modules.h"

#include <unistd.h>

#include <algorithm>
#include <functional>
#include <map>
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

/// Opens the raw table of a family for reading; nothing where the kernel holds none, since reading it would make the kernel create it.
Result<std::unique_ptr<LibiptcTable>> openPresentTable(Family family)
{
    const Result<bool> present = hasLegacyTable(family, "raw");
    if (!present)
        return tl::unexpected(present.error());
    if (!*present)
        return nullptr;
    return openRawTable(family);
}

class LockedIptables : public LockedTables
{
public:
    explicit LockedIptables(LockFile lock) : m_lock(std::move(lock)) {}

    Result<Table> snapshot(Family family) override
    {
        m_tables.erase(family);
        auto table = openPresentTable(family);
        if (!table)
            return tl::unexpected(table.error());
        if (*table == nullptr)
            return Table{.family = family, .chains = {}};
        Table read = (*table)->read();
        m_tables.insert_or_assign(family, std::move(*table));
        return read;
    }

    Result<void> commit(std::span<const Plan> plans) override
    {
        for (const Plan& plan : plans) {
            if (Result<void> done = commit(plan); !done)
                return done;
        }
        return {};
    }

private:
    Result<void> commit(const Plan& plan)
    {
        auto taken = takeTable(plan.family);
        if (!taken)
            return tl::unexpected(taken.error());
        LibiptcTable& table = **taken;
        const std::size_t found = table.hash();
        StepRunner runner(plan.family, table);
        for (const Step& step : plan.steps) {
            if (Result<void> done = std::visit(runner, step); !done)
                return done;
        }
        const auto now = openRawTable(plan.family);
        if (!now)
            return tl::unexpected(now.error());
        if ((*now)->hash() != found) // the kernel's own check before a commit compares the number of entries only
            return makeError(ErrorKind::Conflict, "the raw table was changed by a program that does not take the lock",
                             std::string(toText(plan.family)));
        return table.commit();
    }

    /// The table of the last snapshot. One that was not there then is created now, and must be as empty as it was taken for.
    Result<std::unique_ptr<LibiptcTable>> takeTable(Family family)
    {
        if (const auto known = m_tables.find(family); known != m_tables.end()) {
            std::unique_ptr<LibiptcTable> taken = std::move(known->second);
            m_tables.erase(known);
            return taken;
        }
        auto table = openRawTable(family);
        if (!table)
            return tl::unexpected(table.error());
        const Table read = (*table)->read();
        const bool untouched =
            std::all_of(read.chains.begin(), read.chains.end(), [](const Chain& chain) { return chain.builtIn && chain.entries.empty(); });
        if (!untouched)
            return makeError(ErrorKind::Conflict, "the raw table was created by somebody else meanwhile", std::string(toText(family)));
        return std::move(*table);
    }

    LockFile m_lock;
    std::map<Family, std::unique_ptr<LibiptcTable>> m_tables; ///< as last read, to be committed
};

class IptablesStore : public TableStore
{
public:
    Backend backend() const override { return Backend::Iptables; }

    Result<Table> snapshot(Family family) override
    {
        const auto table = openPresentTable(family);
        if (!table)
            return tl::unexpected(table.error());
        return *table == nullptr ? Table{.family = family, .chains = {}} : (*table)->read();
    }

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
        return std::make_unique<LockedIptables>(std::move(*lock));
    }
};

} // namespace

std::unique_ptr<TableStore> makeIptablesStore()
{
    return std::make_unique<IptablesStore>();
}

} // namespace notrack
