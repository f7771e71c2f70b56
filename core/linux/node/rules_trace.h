#pragma once

#include "core/findings/node_facts.h"

#include <functional>
#include <optional>

namespace notrack
{

/// Takes the trace of the rules that others have, given an earlier one or nullptr; `facts` is of the legacy tables alone. Nothing where some of them
/// cannot be read.
using RulesTracer = std::function<std::optional<NodeTrace>(const NodeTrace* before)>;

/// Of this network namespace. Tables that are not there are not read, so that none is made and no module loaded; the raw table is the store's.
std::optional<NodeTrace> traceRules(const NodeTrace* before);

} // namespace notrack
