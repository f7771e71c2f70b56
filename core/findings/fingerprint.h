#pragma once

#include "core/findings/node_facts.h"

#include <string>

namespace notrack
{

/// Of everything that findings are judged from, less what moves while nothing changes: counters, connections, pods that come and go, and our
/// own rules (chains of that prefix).
std::string fingerprintOf(const NodeFacts& facts, const std::string& chainPrefix);

} // namespace notrack
