#pragma once

#include "core/net/chain_names.h"
#include "core/rules/table.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace notrack::nft
{

/// Where the kernel calls a base chain from, as nftables lists it.
struct Attachment
{
    std::string type; ///< "filter"
    std::string hook; ///< "prerouting"
    std::int64_t priority = 0;
    std::string policy; ///< "accept"

    bool operator==(const Attachment&) const = default;
};

/// Conntrack runs at -200; the legacy raw table and nftables' `priority raw` are at -300.
inline constexpr std::int64_t rawPriority = -300;

/// How our base chain of the hook is attached.
Attachment attachmentOf(Hook hook);

struct ListedRule
{
    std::uint64_t handle = 0; ///< stays with a rule for its life
    Entry entry;

    bool operator==(const ListedRule&) const = default;
};

struct ListedChain
{
    std::string name;
    std::optional<Attachment> attachment; ///< of a base chain
    std::vector<ListedRule> rules;

    bool operator==(const ListedChain&) const = default;
};

/// One nftables table as the library lists it.
struct ListedTable
{
    std::string name;
    bool dormant = false;      ///< its base chains see no packets; set by who asked the kernel, JSON listings of 1.0 garble it
    bool otherObjects = false; ///< it holds sets, maps or the like
    std::vector<ListedChain> chains;

    bool operator==(const ListedTable&) const = default;
};

/// The JSON command that lists one table.
std::string listCommand(Family family, std::string_view table);

/// Decodes what that command printed. Any bytes at all give a table or an error; a rule that is not of our own form becomes a
/// ForeignRule with its JSON as bytes.
Result<ListedTable> readListing(Family family, std::string_view table, std::string_view json);

} // namespace notrack::nft
