#pragma once

#include "core/rules/comparison.h"

#include <string>

namespace notrack
{

/// What a commit would change in one table, as a unified diff of iptables-save listings of our chains and the built-in ones;
/// the rules of others in those chains are context. Empty when the table is as wanted.
std::string unifiedDiff(const Comparison& comparison);

} // namespace notrack
