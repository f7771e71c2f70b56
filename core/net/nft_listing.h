#pragma once

#include "core/net/nft_rules.h"

#include <string>
#include <vector>

namespace notrack::nf_tables
{

/// A table's named sets and maps and its chains, as `nft --stateless list table` prints them, without indentation and empty lines;
/// elements are on one line, and those of sets that packets fill are left out.
struct TableListing
{
    std::vector<std::string> lines;
    bool whole = true; ///< nothing in it is unknown or was not read

    bool operator==(const TableListing&) const = default;
};

TableListing listingOf(const Table& table);

/// Every table in nft's syntax, as far as it is known.
std::string toText(const Rules& rules);

} // namespace notrack::nf_tables
