#pragma once

#include "core/findings/saved_rules.h"

#include <string>
#include <vector>

namespace notrack
{

/// One rule of nft's own as iptables would write it, seen by packets of a
/// family: a rule for each element of its sets and verdict maps. What is not
/// understood is a condition that may hold or not.
std::vector<SavedRule> readNativeRule(std::string line, std::vector<std::string> words, Family family);

} // namespace notrack
