#pragma once

#include "core/linux/nftables/nftables_listing.h"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace notrack::nft
{

/// The chain without rules that tells our tables from those of others. A chain, and not the table's comment, since
/// kernels before 5.10 forget comments of tables, and a flush of the table leaves a chain where it is.
inline constexpr const char* markChain = "dns-notrack";

/// The name of our table for a chain prefix: the prefix in lower case.
std::string tableNameFor(std::string_view chainPrefix);

/// What one family holds of ours.
struct State
{
    Family family = Family::Ipv4;
    std::vector<ListedTable> tables;     ///< ours by the mark; the one of the chain prefix in use comes first
    std::set<std::string> foreignTables; ///< names of the other tables

    bool operator==(const State&) const = default;
};

/// Whether two states differ in more than the figures of their counters.
bool sameButCounters(const State& left, const State& right);

/// The state as the raw table that it stands in for: our base chains are its PREROUTING and OUTPUT. A base chain that sees no
/// packets, or not at the right moment, begins with a line that says so, which leaves no jump in its place.
Table toTable(const State& state);

/// An entry on its way through a plan.
struct Slot
{
    std::string table;
    std::uint64_t handle = 0; ///< 0 for one that the kernel does not have yet
    bool remark = false;      ///< a line of ours about the chain, nothing in the kernel
    Entry entry;
};

/// A chain of the raw table that the planner sees.
struct ModelChain
{
    std::string name;
    std::optional<Hook> hook; ///< of a built-in chain, which has a part in each of our tables
    std::string table;        ///< of any other chain
    std::vector<Slot> slots;
};

/// Our base chain of a hook as one table has it, whoever changed it.
struct BaseChain
{
    const ListedChain* chain = nullptr;
    bool renamed = false;
    bool moved = false; ///< it hangs in another place, or in none
    bool otherPolicy = false;
};

/// By its name, or else by its place.
std::optional<BaseChain> findBase(const ListedTable& table, Hook hook);

/// The chains of the raw table that a state stands in for, with where each entry is in the kernel.
std::vector<ModelChain> readModel(const State& state);

} // namespace notrack::nft
