#pragma once

#include "core/rules/ruleset.h"
#include "core/rules/table.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace notrack
{

/// An entry of ours and the place, from 0, where it stands in its chain.
struct PlacedEntry
{
    std::size_t position = 0;
    Entry entry;

    bool operator==(const PlacedEntry&) const = default;
};

/// Our part of one chain.
struct OwnedChain
{
    std::string name;
    bool shared = false; ///< a built-in or base chain: others may have rules in it, which are not listed here
    std::vector<PlacedEntry> entries;

    bool operator==(const OwnedChain&) const = default;
};

/// Our part of one table, as it is or as it shall be. Chains of ours that it does not list shall not be.
struct OwnedPart
{
    Ruleset ruleset;                          ///< what it was made for; its prefix settles which chains are ours
    std::vector<std::string> earlierPrefixes; ///< of earlier applies on this node: theirs are ours as well
    std::vector<OwnedChain> chains;

    bool operator==(const OwnedPart&) const = default;
};

/// What the rule set asks of a table: our jumps first in their chains, our rules in order. For an empty one, nothing of ours.
OwnedPart wantedPart(const Ruleset& ruleset, const std::vector<std::string>& earlierPrefixes = {});

/// What a table holds of ours, so that the very same can be put back; `wanted` settles which chains are ours.
OwnedPart presentPart(const Table& table, const OwnedPart& wanted);

/// An entry that has to come into a chain.
struct Insertion
{
    PlacedEntry placed;                   ///< where it stands when the chain is right
    std::optional<std::size_t> movedFrom; ///< place of the same entry now, when it only stands in the wrong one

    bool operator==(const Insertion&) const = default;
};

/// How one chain of a table differs from what is wanted. A chain that is as it should be has neither deletions nor insertions.
struct ChainComparison
{
    std::string name;
    bool shared = false;
    bool present = false;               ///< the table has it
    bool wanted = false;                ///< the table shall have it
    std::vector<std::size_t> deletions; ///< places in the chain as it is, ascending
    std::vector<Insertion> insertions;  ///< ascending by place

    bool inSync() const { return present == wanted && deletions.empty() && insertions.empty(); }
    bool operator==(const ChainComparison&) const = default;
};

/// A table set against what is wanted of it: one comparison for every chain that is ours, is built in, or jumps to a chain of
/// ours that has to go.
struct Comparison
{
    Table table; ///< as found
    std::vector<ChainComparison> chains;

    bool inSync() const;
    /// Whether the table holds anything at all of ours.
    bool anythingPresent() const;
};

/// Entries that stay are those of the longest run in the right order, so that as few counters as possible have to be carried
/// over; it takes n log n steps for n rules.
Comparison compare(Table table, const OwnedPart& wanted);

/// Whether every one of them is as wanted.
bool allInSync(const std::vector<Comparison>& comparisons);

} // namespace notrack
