#pragma once

#include "core/run/table_store.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace notrack
{

/// Does what a plan says to a table in memory, as the kernel would: a step that the kernel would refuse fails the test.
Table withStepsDone(Table table, const Plan& plan);

/// A store in memory that writes down every access, fails when told to, and lets a test change tables at the worst moment.
class MemoryTableStore : public TableStore
{
public:
    MemoryTableStore();

    Backend backend() const override { return Backend::Iptables; }
    std::optional<std::string> unavailable(Family family) override
    {
        return missing.contains(family) ? std::optional(missing[family]) : std::nullopt;
    }
    Result<Table> snapshot(Family family) override;
    Result<std::unique_ptr<LockedTables>> lock(std::chrono::milliseconds wait) override;
    /// Plans made from the last snapshot.
    Result<void> commit(std::span<const Plan> plans);
    bool adopt(const Table& table);

    std::map<Family, Table> tables;
    std::vector<std::string> log; ///< "lock", "snapshot ipv4", "commit ipv4: 3 steps", "unlock"
    bool failLock = false;
    std::map<Family, std::string> missing;               ///< families that the node cannot hold, and why
    int failLocks = 0;                                   ///< how many of the next locks fail
    std::function<void()> afterNextCommit;               ///< runs once, right after a commit
    std::function<void()> beforeNextCommit;              ///< runs once, right before a commit looks at the tables
    std::map<Family, std::vector<Error>> commitFailures; ///< taken from the front, one a commit of that family

private:
    std::map<Family, Table> m_seen; ///< what the last snapshot of each family returned
};

/// One line a chain and an entry: "PREROUTING:" and "  -j X [packets:bytes]".
std::vector<std::string> toLines(const Table& table);

/// Reads such lines, where the body of an entry is "-j CHAIN", "rule N" for rule number N (from 1) of the rule set's prerouting
/// rules, or anything else for a rule of somebody else's.
Table readLines(const std::vector<std::string>& lines, const Ruleset& ruleset);

} // namespace notrack
