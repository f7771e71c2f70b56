#pragma once

#include "core/rules/table.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace notrack
{

/// A copy of one kernel table in libiptc's hands: it is changed here first, and the kernel's table is replaced by commit().
class LibiptcTable
{
public:
    LibiptcTable() = default;
    LibiptcTable(const LibiptcTable&) = delete;
    LibiptcTable& operator=(const LibiptcTable&) = delete;
    virtual ~LibiptcTable() = default;

    /// What TableHash makes of it: Table::stamp of the same table, where LegacyTable read that.
    virtual std::uint64_t hash() = 0;

    virtual Result<void> createChain(const std::string& chain) = 0;
    virtual Result<void> deleteChain(const std::string& chain) = 0;
    /// `position` counts from 0 and may be one past the end.
    virtual Result<void> insertEntry(const std::string& chain, std::size_t position, std::span<const std::byte> bytes) = 0;
    virtual Result<void> deleteEntry(const std::string& chain, std::size_t position) = 0;

    /// Replaces the kernel's table. Conflict when that has another number of entries by now. Nothing may be done with the copy
    /// afterwards.
    virtual Result<void> commit() = 0;
};

/// Opens the family's raw table for a commit; the kernel creates the table when it does not have it yet. libip4tc and libip6tc are loaded
/// when they are first needed, so that the program also runs where they are not installed: NoBackend then, as for a kernel
/// without legacy tables.
Result<std::unique_ptr<LibiptcTable>> openRawTable(Family family);

/// Whether the libraries can be loaded; if not, the error that openRawTable() would give.
Result<void> checkLibiptc();

} // namespace notrack
