#pragma once

#include "core/net/nft_rules.h"

#include <string>

namespace notrack::nf_tables
{

struct RuleLine
{
    std::string text;
    bool whole = true; ///< nothing in it is unknown, and nft itself has no other words for it

    bool operator==(const RuleLine&) const = default;
};

/// A rule as `nft --stateless list ruleset` of nftables 1.0.6 writes it, without its handle: for people, and to tell rules apart. What
/// has no form here is printed as `unknown NAME`, which nft does not take, and never as another statement. One line, controls dropped.
RuleLine lineOf(const Rule& rule, const Table& table);
std::string toText(const Rule& rule, const Table& table);

} // namespace notrack::nf_tables
