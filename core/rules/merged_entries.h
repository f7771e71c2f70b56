#pragma once

#include "core/rules/comparison.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace notrack
{

/// An entry of a chain as it is and as it shall be.
struct MergedEntry
{
    enum class State {
        Stays,
        Goes,  ///< it is found and not wanted here
        Comes, ///< it is wanted and not found here
    };

    const Entry* entry = nullptr; ///< in the comparison's table or insertions
    State state = State::Stays;
    std::optional<std::size_t> position; ///< in the chain as it is, from 0; of an entry that comes: where the same one stands now
    bool moves = false;                  ///< the same entry goes in one place and comes in another
};

/// The entries of one chain in their order, those that come where they belong. The comparison must outlive the result.
std::vector<MergedEntry> mergeEntries(const Comparison& comparison, const ChainComparison& chain);

} // namespace notrack
