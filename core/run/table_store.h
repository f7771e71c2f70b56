#pragma once

#include "core/rules/plan.h"
#include "core/rules/table.h"

#include <chrono>
#include <memory>
#include <span>

namespace notrack
{

/// Holds the lock of a store until it goes out of scope.
class StoreLock
{
public:
    StoreLock() = default;
    StoreLock(const StoreLock&) = delete;
    StoreLock& operator=(const StoreLock&) = delete;
    virtual ~StoreLock() = default;
};

/// The door to the kernel's raw tables, one per backend. Tests put a table in memory behind it.
class TableStore
{
public:
    TableStore() = default;
    TableStore(const TableStore&) = delete;
    TableStore& operator=(const TableStore&) = delete;
    virtual ~TableStore() = default;

    /// "iptables" or "nftables".
    virtual std::string_view name() const = 0;

    /// Keeps other writers out while a change is read, planned and committed. Busy when `wait` is over.
    virtual Result<std::unique_ptr<StoreLock>> lock(std::chrono::milliseconds wait) = 0;

    /// Reads the raw table and changes nothing, not even by making the kernel create a table: what is not there is empty.
    virtual Result<Table> snapshot(Family family) = 0;

    /// Under the lock, carries out plans made from the last snapshot of their families, which was read under it as well. Each family changes
    /// whole or not at all; when one fails, those before it in `plans` may have changed. Conflict when a table is not as the snapshot found it.
    virtual Result<void> commit(std::span<const Plan> plans) = 0;
};

} // namespace notrack
