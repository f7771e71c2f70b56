#pragma once

#include "core/base/fingerprint.h"
#include "core/rules/table.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace notrack
{

/// Where the built-in chains of a table begin in it, by the kernel's numbers of hooks (NF_INET_*); nothing for hooks that the table does not have.
using HookOffsets = std::array<std::optional<std::uint32_t>, 5>;

/// As the kernel fills them: nothing clears them before.
struct TableBytes
{
    std::unique_ptr<std::byte[]> bytes;
    std::size_t size = 0;
    std::size_t capacity = 0; ///< of `bytes`, where more than `size` may be written to them
};

/// A chain of a legacy table: its rules stand between two offsets into the table's bytes.
struct LegacyChain
{
    std::string_view name;
    bool builtIn = false;
    std::string_view policy; ///< of a built-in chain: "ACCEPT", "DROP"
    std::size_t head = 0;    ///< where it begins, which is what jumps to it are found by
    std::size_t begin = 0;   ///< of its rules
    std::size_t end = 0;
};

/// A hash of what a table says, without counters and without what every commit may move, in the order of libiptc: built-in chains as the table has
/// them, then the others by name.
class TableHash
{
public:
    void addChain(std::string_view name, std::string_view policy);
    /// The rule's fingerprintOf(), and its target as libiptc calls it: a chain, a verdict, an extension, or nothing.
    void addRule(std::size_t fingerprint, std::string_view target);
    std::uint64_t get() const { return m_sum; }

private:
    std::uint64_t m_sum = 0;
};

/// A legacy table as the kernel gives it, in one call; libiptc makes a copy of every rule, which takes as long again.
class LegacyTable
{
public:
    /// Reads a table that is there: see hasLegacyTable(), since the kernel creates one that is not. NoBackend for a kernel without such tables.
    /// Who reads several hands on the memory of the last one, since every new page of it is a page fault.
    static Result<LegacyTable> read(Family family, const std::string& table, TableBytes memory = {});

    /// Takes a table apart that begins at `entries` in these bytes (struct ipt_entry or ip6t_entry, one after the other). Failed where it makes no
    /// sense; any bytes are harmless.
    static Result<LegacyTable> from(Family family, const HookOffsets& hooks, TableBytes bytes, std::size_t entries = 0);

    LegacyTable(LegacyTable&&) = default;
    LegacyTable& operator=(LegacyTable&&) = default;
    LegacyTable(const LegacyTable&) = delete;
    LegacyTable& operator=(const LegacyTable&) = delete;
    ~LegacyTable() = default;

    /// What the table stood in, for the next reading; the table is gone then.
    TableBytes takeMemory() && { return std::move(m_bytes); }

    const std::vector<LegacyChain>& chains() const { return m_chains; }
    /// Calls visit(bytes, target) for every rule of the chain, with the target as libiptc calls it.
    template <typename Visit>
    void visitRules(const LegacyChain& chain, const Visit& visit) const
    {
        for (std::size_t offset = chain.begin; offset < chain.end;) {
            const std::span<const std::byte> bytes = entryAt(offset);
            visit(bytes, targetOf(offset, bytes));
            offset += bytes.size();
        }
    }

    /// What TableHash makes of it.
    std::uint64_t hash() const;
    /// A hash of its bytes, without counters: cheaper, and another one where a rule only has another place.
    std::uint64_t hashOfPlaces() const;
    /// The table as a value, with its hash; of rules of others as much as anybody looks at.
    Table decode() const;

private:
    LegacyTable(Family family, TableBytes bytes, std::size_t entries)
        : m_family(family), m_bytes(std::move(bytes)), m_entries(m_bytes.bytes.get() + entries, m_bytes.size - entries)
    {
    }

    Result<void> findChains(const HookOffsets& hooks);
    std::span<const std::byte> entryAt(std::size_t offset) const;
    std::string_view targetOf(std::size_t offset, std::span<const std::byte> entry) const;

    Family m_family;
    TableBytes m_bytes;
    std::span<const std::byte> m_entries;
    std::vector<LegacyChain> m_chains;
    std::vector<std::pair<std::size_t, std::string_view>> m_heads; ///< where each chain begins, ascending, and its name
};

} // namespace notrack
