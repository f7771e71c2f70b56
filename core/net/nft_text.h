#pragma once

#include "core/net/nft_rules.h"

#include <string>

namespace notrack::nf_tables
{

/// A rule in nft's syntax, without its handle and the figures of its counters: for people, and to tell rules apart. What has no
/// form here is printed as `unknown NAME`, which nft does not take, and never as another statement. One line, controls dropped.
std::string toText(const Rule& rule, const Table& table);

/// Every table with its chains and rules, one a line, in nft's syntax as far as it is known; sets without their elements.
std::string toText(const Rules& rules);

} // namespace notrack::nf_tables
