#include "core/linux/nftables/nftables_store.h"

#include "core/linux/nftables/libnftables.h"
#include "core/linux/nftables/nf_tables.h"
#include "core/linux/nftables/nftables_batch.h"
#include "core/linux/system/kernel_modules.h"
#include "core/linux/system/lock_file.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>

namespace notrack
{

namespace
{

constexpr const char* defaultLockFile = "/run/dns-notrack.lock";
/// Somebody who changes tables faster than they can be listed is a runaway loop.
constexpr int mostReadAttempts = 10;

/// What a snapshot found, and at which of nftables' generations: one that is still the same needs no second look.
struct Seen
{
    nft::State state;
    std::uint32_t generation = 0;
};

std::string where(Family family)
{
    return "nftables family " + std::string(nftablesFamily(family));
}

/// Reads our tables of a family: that of our prefix, and all that carry our mark.
class NftablesReader
{
public:
    explicit NftablesReader(const std::optional<std::string>& chainPrefix)
    {
        if (chainPrefix)
            m_ownTable = nft::tableNameFor(*chainPrefix);
    }

    /// What the kernel holds; an empty state at generation 0 where nf_tables is not active, since asking would make the kernel load it.
    Result<Seen> snapshot(Family family) const
    {
        const Seen nothing{{family, {}, {}}, 0};
        if (!isKernelPartActive("nf_tables"))
            return nothing;
        const Result<std::uint32_t> generation = readNftablesGeneration();
        if (!generation && generation.error().kind == ErrorKind::NoBackend && !m_ownTable) // not in use, nor can it be
            return nothing;
        return read(family);
    }

    /// One moment of a family. A table may go between being named and being listed: then the reading starts again.
    Result<Seen> read(Family family) const
    {
        Result<std::uint32_t> generation = readNftablesGeneration();
        for (int attempt = 1; generation; ++attempt) {
            Result<Seen> seen = readOnce(family, *generation);
            if (seen || seen.error().kind != ErrorKind::Failed || attempt == mostReadAttempts)
                return seen;
            const std::uint32_t before = *generation;
            generation = readNftablesGeneration();
            if (generation && *generation == before)
                return seen;
        }
        return tl::unexpected(generation.error());
    }

private:
    Result<Seen> readOnce(Family family, std::uint32_t generation) const
    {
        const Result<std::vector<NftablesTable>> tables = readNftablesTables();
        if (!tables)
            return tl::unexpected(tables.error());
        Seen seen{{family, {}, {}}, generation};
        for (const auto& [tableFamily, table, dormant] : *tables) {
            if (tableFamily != nftablesFamily(family))
                continue;
            const Result<bool> ours = hasNftablesChain(family, table, nft::markChain);
            if (!ours)
                return tl::unexpected(ours.error());
            if (!*ours && table == m_ownTable)
                return makeError(ErrorKind::Failed,
                                 "somebody else made the table " + table + "; delete or rename it, or choose another chainPrefix",
                                 where(family));
            if (!*ours) {
                seen.state.foreignTables.insert(table);
                continue;
            }
            Result<nft::ListedTable> listed = list(family, table);
            if (!listed)
                return tl::unexpected(listed.error());
            listed->dormant = dormant;
            const bool first = table == m_ownTable;
            seen.state.tables.insert(first ? seen.state.tables.begin() : seen.state.tables.end(), std::move(*listed));
        }
        return seen;
    }

    static Result<nft::ListedTable> list(Family family, const std::string& table)
    {
        const Result<std::string> listing = runNftables(nft::listCommand(family, table));
        if (!listing)
            return tl::unexpected(listing.error());
        return nft::readListing(family, table, *listing);
    }

    std::optional<std::string> m_ownTable;
};

class LockedNftables : public LockedTables
{
public:
    LockedNftables(LockFile lock, NftablesReader reader) : m_lock(std::move(lock)), m_reader(std::move(reader)) {}

    Result<Table> snapshot(Family family) override
    {
        m_seen.erase(family);
        Result<Seen> seen = m_reader.snapshot(family);
        if (!seen)
            return tl::unexpected(seen.error());
        return nft::toTable(m_seen.insert_or_assign(family, std::move(*seen)).first->second.state);
    }

    Result<void> commit(std::span<const Plan> plans) override
    {
        std::vector<nft::Command> commands;
        for (const Plan& plan : plans) {
            if (const Result<void> unchanged = checkUnchanged(plan.family); !unchanged)
                return unchanged;
            Result<std::vector<nft::Command>> more = nft::buildCommands(m_seen.at(plan.family).state, plan);
            if (!more)
                return tl::unexpected(more.error());
            commands.insert(commands.end(), std::make_move_iterator(more->begin()), std::make_move_iterator(more->end()));
        }
        if (commands.empty())
            return {};
        const Result<std::string> document = nft::toJson(commands);
        if (!document)
            return tl::unexpected(document.error());
        const Result<std::string> done = runNftables(*document);
        return done ? Result<void>() : explainFailure(plans, done.error());
    }

private:
    /// Conflict when the family is not as the last snapshot found it.
    Result<void> checkUnchanged(Family family)
    {
        const auto known = m_seen.find(family);
        if (known != m_seen.end()) {
            if (const auto generation = readNftablesGeneration(); generation && *generation == known->second.generation)
                return {};
        }
        Result<Seen> now = m_reader.read(family);
        if (!now)
            return tl::unexpected(now.error());
        const nft::State before = known == m_seen.end() ? nft::State{family, {}, {}} : known->second.state;
        if (!nft::sameButCounters(before, now->state))
            return makeError(ErrorKind::Conflict, "the table changed since it was read", where(family));
        m_seen.insert_or_assign(family, std::move(*now));
        return {};
    }

    /// A change between the last look and the transaction makes the kernel refuse what speaks of rules that are gone.
    Result<void> explainFailure(std::span<const Plan> plans, const Error& error)
    {
        for (const Plan& plan : plans) {
            if (const Result<void> unchanged = checkUnchanged(plan.family); !unchanged && unchanged.error().kind == ErrorKind::Conflict)
                return unchanged;
        }
        return tl::unexpected(error);
    }

    LockFile m_lock;
    NftablesReader m_reader;
    std::map<Family, Seen> m_seen;
};

class NftablesStore : public TableStore
{
public:
    explicit NftablesStore(NftablesReader reader) : m_reader(std::move(reader)) {}

    Backend backend() const override { return Backend::Nftables; }

    Result<Table> snapshot(Family family) override
    {
        const Result<Seen> seen = m_reader.snapshot(family);
        return seen ? Result<Table>(nft::toTable(seen->state)) : tl::unexpected(seen.error());
    }

    /// nftables has no lock of its own: this one keeps two runs of this program apart, the kernel's transaction all others.
    Result<std::unique_ptr<LockedTables>> lock(std::chrono::milliseconds wait) override
    {
        const char* configured = std::getenv("DNS_NOTRACK_LOCKFILE");
        auto lock = takeLockFile(configured == nullptr || *configured == '\0' ? defaultLockFile : configured, "dns-notrack lock", wait);
        if (!lock)
            return tl::unexpected(lock.error());
        outliveSignals();
        return std::make_unique<LockedNftables>(std::move(*lock), m_reader);
    }

private:
    NftablesReader m_reader;
};

} // namespace

std::unique_ptr<TableStore> makeNftablesStore(const std::optional<std::string>& chainPrefix)
{
    return std::make_unique<NftablesStore>(NftablesReader(chainPrefix));
}

} // namespace notrack
