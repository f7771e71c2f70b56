#include "core/linux/nftables/nftables_store.h"

#include "core/linux/nftables/nf_tables.h"
#include "core/linux/nftables/nftables_batch.h"
#include "core/linux/nftables/nftables_listing.h"
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

constexpr const char* ownLockFile = "/run/dns-notrack.lock";
/// Somebody who changes tables faster than they can be listed is a runaway loop.
constexpr int mostReadAttempts = 100;
constexpr int mostCommitAttempts = 100;

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
        Result<Seen> seen = read(family);
        if (!seen && seen.error().kind == ErrorKind::NoBackend && !m_ownTable) // not in use, nor can it be
            return nothing;
        return seen;
    }

    /// One moment of a family.
    Result<Seen> read(Family family) const
    {
        for (int attempt = 0; attempt < mostReadAttempts; ++attempt) {
            Result<nft::OwnTables> own = nft::listOwnTables(family, nft::markChain);
            if (!own)
                return tl::unexpected(own.error());
            if (!own->torn)
                return toSeen(family, std::move(*own));
        }
        return makeError(ErrorKind::Busy, "nftables kept changing while it was listed", where(family));
    }

private:
    Result<Seen> toSeen(Family family, nft::OwnTables own) const
    {
        if (m_ownTable && own.foreignTables.contains(*m_ownTable))
            return makeError(ErrorKind::Failed,
                             "somebody else made the table " + *m_ownTable + "; delete or rename it, or choose another chainPrefix",
                             where(family));
        std::stable_partition(own.tables.begin(), own.tables.end(),
                              [&](const nft::ListedTable& table) { return table.name == m_ownTable; });
        return Seen{{family, std::move(own.tables), std::move(own.foreignTables)}, own.generation};
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
        for (const Plan& plan : plans) {
            if (isCurrent(plan.family))
                continue;
            if (Result<void> unchanged = checkUnchanged(plan.family); !unchanged)
                return unchanged;
        }
        for (int attempt = 0; attempt < mostCommitAttempts; ++attempt) {
            const Result<netlink::Committed> done = commitOnce(plans);
            if (!done)
                return tl::unexpected(done.error());
            if (*done == netlink::Committed::Done)
                return {};
            for (const Plan& plan : plans) {
                if (Result<void> unchanged = checkUnchanged(plan.family); !unchanged)
                    return unchanged;
            }
        }
        return makeError(ErrorKind::Conflict, "nftables kept changing", where(plans.front().family));
    }

private:
    /// The families were read one after the other: the transaction is held against the generation of the last one, at which none
    /// had changed.
    Result<netlink::Committed> commitOnce(std::span<const Plan> plans)
    {
        std::vector<nft::Command> commands;
        std::uint32_t generation = 0;
        for (const Plan& plan : plans) {
            const Seen& seen = m_seen.at(plan.family);
            if (generation != 0 && seen.generation != generation)
                return netlink::Committed::Restart;
            generation = seen.generation;
            Result<std::vector<nft::Command>> more = nft::buildCommands(seen.state, plan);
            if (!more)
                return tl::unexpected(more.error());
            commands.reserve(std::max(commands.capacity(), commands.size() + more->size())); // no more than there are
            commands.insert(commands.end(), std::make_move_iterator(more->begin()), std::make_move_iterator(more->end()));
        }
        Result<netlink::Transaction> transaction = nft::toTransaction(commands, generation);
        commands = {};
        if (!transaction)
            return tl::unexpected(transaction.error());
        return transaction->commit();
    }

    /// Whether there is a snapshot at whose generation the kernel can be told to take the transaction, or to refuse it.
    bool isCurrent(Family family) const
    {
        const auto known = m_seen.find(family);
        return known != m_seen.end() && known->second.generation != 0;
    }

    /// Conflict when the family is not as the last snapshot found it.
    Result<void> checkUnchanged(Family family)
    {
        const auto known = m_seen.find(family);
        if (known != m_seen.end() && known->second.generation != 0) {
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
        auto lock = takeLockFile(configured == nullptr || *configured == '\0' ? ownLockFile : configured, "dns-notrack lock", wait);
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
