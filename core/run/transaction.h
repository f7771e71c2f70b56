#pragma once

#include "core/rules/comparison.h"
#include "core/rules/plan.h"
#include "core/run/table_store.h"

#include <array>
#include <chrono>
#include <span>
#include <vector>

namespace notrack
{

/// Sets each rule set against the table of its family, reading without a lock.
Result<std::vector<Comparison>> compareTables(TableReader& tables, std::span<const OwnedPart> wanted);

/// What a transaction found before it wrote, and what it left.
struct Transaction
{
    std::vector<OwnedPart> before; ///< to be put back if the change turns out to be a mistake
    bool changed = false;
};

/// Makes the tables hold what is wanted: takes the store's lock, reads again, plans, commits, reads back. A table that changes
/// under its hands is tried again a few times, then it is Busy. When one family fails, the others are put back as they were.
/// Where everything already is as wanted, nothing is written.
Result<Transaction> writeTables(TableStore& store, std::span<const OwnedPart> wanted, std::chrono::milliseconds wait);

} // namespace notrack
