#pragma once

#include "core/rules/comparison.h"
#include "core/rules/plan.h"
#include "core/run/table_store.h"

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace notrack
{

/// Sets each rule set against the table of its family.
Result<std::vector<Comparison>> compareTables(TableReader& tables, std::span<const OwnedPart> wanted);

/// Called once under the lock, right before the first commit, with what the tables hold of ours. A failure ends the transaction before
/// anything is written.
using BeforeCommit = std::function<Result<void>(const std::vector<OwnedPart>& before)>;

/// What a transaction found before it wrote, and what it left.
struct Transaction
{
    std::vector<OwnedPart> before; ///< to be put back if the change turns out to be a mistake
    bool changed = false;
    bool othersChanged = false;  ///< somebody who does not hold the lock changed rules of others between the first read and the read-back
    std::optional<Error> unread; ///< why the tables could not be read back after the commit: it is done, and not seen
    std::optional<std::vector<Comparison>> after; ///< what was read back
};

/// What the tables held a moment ago, read without the lock, with nothing asked of anybody since: one comparison for each wanted part, or nothing.
using Observed = std::vector<Comparison>;

/// Makes the tables hold what is wanted: takes the store's lock, reads again, plans, commits, reads back. A table that changes
/// under its hands is tried again until `wait` is over, then it is Busy. When one family fails, the others are put back as they were;
/// an error with the code rollbackFailed says that even this failed. Where everything already is as wanted, nothing is written. The first
/// try is made from `observed` where the store can tell at the commit whether it still holds.
Result<Transaction> writeTables(TableStore& store, std::span<const OwnedPart> wanted, std::chrono::milliseconds wait,
                                const BeforeCommit& beforeCommit = {}, Observed observed = {});

} // namespace notrack
