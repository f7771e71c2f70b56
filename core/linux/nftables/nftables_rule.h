#pragma once

#include "core/rules/table.h"

#include <nlohmann/json_fwd.hpp>

namespace notrack::nft
{

/// Decodes one listed rule (libnftables-json(5), the object in {"rule": ...}). Any JSON at all gives an entry: ours are
/// matches in any order, then `counter notrack` or `counter jump CHAIN`; everything else is a ForeignRule, which keeps its
/// expressions as JSON text.
Entry decodeRule(Family family, const nlohmann::json& rule);

/// The members "expr" and "comment" of a rule to add, counters included. Fails on a ForeignRule that another store has read.
Result<nlohmann::json> encodeRule(Family family, const Entry& entry);

} // namespace notrack::nft
