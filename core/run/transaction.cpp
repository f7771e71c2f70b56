#include "core/run/transaction.h"

#include <string>
#include <utility>

namespace notrack
{

namespace
{

/// A table that changes under us this often in a row is somebody's runaway loop.
constexpr int mostAttempts = 5;

std::vector<Plan> plansFor(const std::vector<Comparison>& comparisons)
{
    std::vector<Plan> plans;
    for (const Comparison& comparison : comparisons) {
        Plan plan = makePlan(comparison);
        if (!plan.empty())
            plans.push_back(std::move(plan));
    }
    return plans;
}

Result<void> readBack(TableReader& tables, std::span<const OwnedPart> wanted)
{
    const auto comparisons = compareTables(tables, wanted);
    if (!comparisons)
        return tl::unexpected(comparisons.error());
    for (const Comparison& comparison : *comparisons) {
        if (!comparison.inSync())
            return makeError(ErrorKind::Failed, "the kernel does not hold what was just written to its raw table",
                             std::string(toText(comparison.table.family)));
    }
    return {};
}

/// Undoes what a failed commit may have done to some families, and says so when even that fails.
Error putBack(LockedTables& tables, std::span<const OwnedPart> before, Error reason)
{
    const auto comparisons = compareTables(tables, before);
    const auto undone = comparisons ? tables.commit(plansFor(*comparisons)) : Result<void>(tl::unexpected(comparisons.error()));
    if (!undone)
        reason.message += "; putting the other tables back failed as well: " + toText(undone.error());
    return reason;
}

std::vector<OwnedPart> presentParts(const std::vector<Comparison>& comparisons, std::span<const OwnedPart> wanted)
{
    std::vector<OwnedPart> present;
    for (std::size_t i = 0; i < comparisons.size(); ++i)
        present.push_back(presentPart(comparisons[i].table, wanted[i].ruleset));
    return present;
}

} // namespace

Result<std::vector<Comparison>> compareTables(TableReader& tables, std::span<const OwnedPart> wanted)
{
    std::vector<Comparison> comparisons;
    for (const OwnedPart& part : wanted) {
        Result<Table> table = tables.snapshot(part.ruleset.family);
        if (!table)
            return tl::unexpected(table.error());
        comparisons.push_back(compare(std::move(*table), part));
    }
    return comparisons;
}

Result<Transaction> writeTables(TableStore& store, std::span<const OwnedPart> wanted, std::chrono::milliseconds wait)
{
    const auto locked = store.lock(wait);
    if (!locked)
        return tl::unexpected(locked.error());
    LockedTables& tables = **locked;
    Transaction transaction;
    for (int attempt = 0; attempt < mostAttempts; ++attempt) {
        const auto comparisons = compareTables(tables, wanted);
        if (!comparisons)
            return tl::unexpected(comparisons.error());
        if (attempt == 0) // a later attempt may see what an earlier one already committed
            transaction.before = presentParts(*comparisons, wanted);
        const std::vector<Plan> plans = plansFor(*comparisons);
        if (plans.empty())
            return transaction;
        const Result<void> committed = tables.commit(plans);
        if (!committed && committed.error().kind != ErrorKind::Conflict)
            return tl::unexpected(putBack(tables, transaction.before, committed.error()));
        if (!committed)
            continue;
        if (const Result<void> verified = readBack(tables, wanted); !verified)
            return tl::unexpected(putBack(tables, transaction.before, verified.error()));
        transaction.changed = true;
        return transaction;
    }
    return makeError(ErrorKind::Busy, "the raw table kept changing between read and commit; try again",
                     std::string(toText(store.backend())));
}

} // namespace notrack
