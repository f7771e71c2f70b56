#pragma once

#include "core/net/backend.h"
#include "core/rules/plan.h"
#include "core/rules/table.h"

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace notrack
{

/// Reads raw tables.
class TableReader
{
public:
    TableReader() = default;
    TableReader(const TableReader&) = delete;
    TableReader& operator=(const TableReader&) = delete;
    virtual ~TableReader() = default;

    /// Reads the raw table and changes nothing, not even by making the kernel create a table: what is not there is empty.
    virtual Result<Table> snapshot(Family family) = 0;
};

/// Raw tables that other writers are kept away from for as long as this lives: read, then commit what was planned from it.
class LockedTables : public TableReader
{
public:
    /// As if the last snapshot of its family had been this one, which was read without the lock: commit() finds out whether it still holds. False
    /// where the store cannot, and has to read.
    virtual bool adopt(const Table& /*table*/) { return false; }

    /// Carries out plans made from the last snapshot of their families. Each family changes whole or not at all; when one fails,
    /// those before it in `plans` may have changed. Conflict when a table is not as the snapshot found it.
    virtual Result<void> commit(std::span<const Plan> plans) = 0;
};

/// The door to the kernel's raw tables, one per backend. Tests put a table in memory behind it.
class TableStore : public TableReader
{
public:
    virtual Backend backend() const = 0;

    /// Why this node cannot hold rules of the family, in one sentence without a period; nothing where it can, or where only trying tells. Loads
    /// nothing.
    virtual std::optional<std::string> unavailable(Family /*family*/) { return std::nullopt; }

    /// Before the lock of a change that puts rules into the family: what takes time and needs no lock, such as loading modules. Failures are left
    /// to the commit, where the kernel names them.
    virtual void prepare(Family /*family*/) {}

    /// Keeps other writers out while a change is read, planned and committed. Busy when `wait` is over. A store has one lock at a time.
    virtual Result<std::unique_ptr<LockedTables>> lock(std::chrono::milliseconds wait) = 0;
};

} // namespace notrack
