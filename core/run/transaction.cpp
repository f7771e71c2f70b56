#include "core/run/transaction.h"

#include "core/base/fingerprint.h"

#include <algorithm>
#include <functional>
#include <string>
#include <thread>
#include <utility>

namespace notrack
{

namespace
{

/// Tries at the least, however short the wait; a table that changes under us this often in a row is somebody's loop.
constexpr int leastAttempts = 5;
/// A kernel that is short of memory for a moment is asked again.
constexpr int attemptsToPutBack = 50;
constexpr std::chrono::milliseconds pauseBeforePuttingBackAgain{10};

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

std::vector<OwnedPart> presentParts(const std::vector<Comparison>& comparisons, std::span<const OwnedPart> wanted)
{
    std::vector<OwnedPart> present;
    for (std::size_t i = 0; i < comparisons.size(); ++i)
        present.push_back(presentPart(comparisons[i].table, wanted[i]));
    return present;
}

/// A hash of everything in the tables that no comparison speaks of, without counters.
std::size_t othersIn(const std::vector<Comparison>& comparisons)
{
    const std::hash<std::string> hash;
    HashSum sum;
    for (const Comparison& comparison : comparisons) {
        for (const Chain& chain : comparison.table.chains) {
            const auto known = std::find_if(comparison.chains.begin(), comparison.chains.end(),
                                            [&](const ChainComparison& one) { return one.name == chain.name; });
            if (known != comparison.chains.end() && !known->shared)
                continue;
            const std::size_t name = hash(chain.name);
            for (const Entry& entry : chain.entries) {
                const auto* foreign = std::get_if<ForeignRule>(&entry.body);
                if (foreign == nullptr)
                    continue;
                sum.add(name);
                sum.add(hash(foreign->text.empty() ? foreign->target : foreign->text));
                sum.add(foreign->fingerprint);
            }
        }
    }
    return sum.get();
}

bool movesEntries(const std::vector<Comparison>& comparisons)
{
    return std::any_of(comparisons.begin(), comparisons.end(), [](const Comparison& comparison) {
        return std::any_of(comparison.chains.begin(), comparison.chains.end(), [](const ChainComparison& chain) {
            return std::any_of(chain.insertions.begin(), chain.insertions.end(),
                               [](const Insertion& one) { return one.movedFrom.has_value(); });
        });
    });
}

/// One transaction under the lock.
class Writing
{
public:
    Writing(LockedTables& tables, std::span<const OwnedPart> wanted, const BeforeCommit& beforeCommit, Observed observed)
        : m_tables(tables), m_wanted(wanted), m_beforeCommit(beforeCommit), m_observed(std::move(observed))
    {
    }

    /// Conflict where another attempt makes sense. Whatever the error, putBack() may have something to undo.
    Result<void> attempt()
    {
        auto comparisons = adoptObserved();
        if (!comparisons)
            comparisons = compareTables(m_tables, m_wanted);
        if (!comparisons)
            return tl::unexpected(comparisons.error());
        if (!m_found) { // a later attempt may see what an earlier one already committed
            m_found = true;
            m_done.before = presentParts(*comparisons, m_wanted);
        }
        const std::vector<Plan> plans = plansFor(*comparisons);
        if (plans.empty())
            return {};
        if (Result<void> ready = announce(); !ready)
            return ready;
        m_touched = true;
        if (!m_done.changed)
            m_others = othersIn(*comparisons);
        comparisons->clear(); // large tables are not kept beside the transaction and what it makes of them
        if (Result<void> committed = m_tables.commit(plans); !committed)
            return committed;
        m_done.changed = true;
        return readBack();
    }

    /// Undoes what failed commits may have done to some families, and says so when even that fails.
    Error putBack(Error reason)
    {
        Result<void> undone;
        for (int tries = 0; m_touched && tries < attemptsToPutBack; ++tries) {
            const auto comparisons = compareTables(m_tables, m_done.before);
            if (comparisons && allInSync(*comparisons))
                return reason;
            undone = comparisons ? m_tables.commit(plansFor(*comparisons)) : Result<void>(tl::unexpected(comparisons.error()));
            if (undone)
                return reason;
            std::this_thread::sleep_for(pauseBeforePuttingBackAgain);
        }
        if (!undone) {
            reason.message += "; putting the tables back failed as well: " + toText(undone.error());
            reason.code = rollbackFailed;
        }
        return reason;
    }

    Transaction finish() { return std::move(m_done); }

private:
    /// What was observed, once; not where an entry would move, since it takes along what it has counted by now.
    Result<std::vector<Comparison>> adoptObserved()
    {
        Observed observed = std::exchange(m_observed, {});
        const bool usable = observed.size() == m_wanted.size() && !observed.empty() && !movesEntries(observed) &&
                            std::all_of(observed.begin(), observed.end(), [&](const Comparison& one) { return m_tables.adopt(one.table); });
        return usable ? Result<std::vector<Comparison>>(std::move(observed)) : makeError(ErrorKind::Conflict, "to be read");
    }

    Result<void> announce()
    {
        if (m_announced || !m_beforeCommit)
            return {};
        m_announced = true;
        return m_beforeCommit(m_done.before);
    }

    /// A commit that the kernel took and that cannot be read is a change all the same; one that differs was changed by somebody else.
    Result<void> readBack()
    {
        auto comparisons = compareTables(m_tables, m_wanted);
        if (!comparisons)
            m_done.unread = comparisons.error();
        else if (!allInSync(*comparisons))
            return makeError(ErrorKind::Conflict, "the kernel does not hold what was just written to its raw table");
        else {
            m_done.othersChanged = othersIn(*comparisons) != m_others;
            m_done.after = std::move(*comparisons);
        }
        return {};
    }

    LockedTables& m_tables;
    std::span<const OwnedPart> m_wanted;
    const BeforeCommit& m_beforeCommit;
    Observed m_observed;
    Transaction m_done;
    std::size_t m_others = 0; ///< before the first commit
    bool m_found = false;
    bool m_announced = false;
    bool m_touched = false;
};

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

Result<Transaction> writeTables(TableStore& store, std::span<const OwnedPart> wanted, std::chrono::milliseconds wait,
                                const BeforeCommit& beforeCommit, Observed observed)
{
    const auto deadline = std::chrono::steady_clock::now() + wait;
    for (const OwnedPart& part : wanted) {
        if (!part.ruleset.empty())
            store.prepare(part.ruleset.family);
    }
    const auto locked = store.lock(wait);
    if (!locked)
        return tl::unexpected(locked.error());
    Writing writing(**locked, wanted, beforeCommit, std::move(observed));
    for (int attempts = 1;; ++attempts) {
        const Result<void> done = writing.attempt();
        if (done)
            return writing.finish();
        if (done.error().kind != ErrorKind::Conflict)
            return tl::unexpected(writing.putBack(done.error()));
        if (attempts >= leastAttempts && std::chrono::steady_clock::now() >= deadline)
            break;
    }
    return tl::unexpected(writing.putBack(
        {ErrorKind::Busy, "the raw table kept changing between read and commit; try again", std::string(toText(store.backend())), {}}));
}

} // namespace notrack
