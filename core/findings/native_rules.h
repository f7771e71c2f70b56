#pragma once

#include "core/findings/saved_rules.h"

#include <vector>

namespace notrack
{

/// A table of nft's own as chains that can be followed like saved ones: each base chain at the hooks input, forward and output stands under
/// the name of the built-in chain of its hook, in a table of its own with all other chains. What is not understood becomes a condition that
/// may hold or not, never a rule less.
std::vector<SavedChains> readNativeChains(const NativeTable& table, Family family);

} // namespace notrack
