#pragma once

#include "core/net/chain_names.h"
#include "core/net/nft_rules.h"
#include "core/rules/table.h"

#include <cstdint>
#include <optional>
#include <set>
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
    std::uint64_t handle = 0;
    std::optional<Attachment> attachment; ///< of a base chain
    std::vector<ListedRule> rules;

    bool operator==(const ListedChain&) const = default;
};

/// An element of a named verdict map that sends packets to a chain, as it is named to delete it.
struct MapElement
{
    std::string map;
    std::string chain;
    nf_tables::SetElement element;
    std::optional<nf_tables::SetElement> end; ///< where the kernel keeps the end of its interval as an element

    bool operator==(const MapElement&) const = default;
};

/// One nftables table of ours.
struct ListedTable
{
    std::string name;
    bool dormant = false;             ///< its base chains see no packets
    std::vector<std::string> objects; ///< sets, maps and the like, which others put there: "counter NAME"
    std::vector<MapElement> elements; ///< of verdict maps among them
    std::vector<ListedChain> chains;

    bool operator==(const ListedTable&) const = default;
};

/// What one family holds of ours, of one moment.
struct OwnTables
{
    std::uint32_t generation = 0;
    std::vector<ListedTable> tables;     ///< those that carry our mark, as the kernel lists them
    std::set<std::string> foreignTables; ///< names of the other tables; one that a process owns is not ours, whatever is in it
    bool torn = false;                   ///< it changed meanwhile: to be read again
};

/// One try at reading the family's tables that have a chain named `mark`. Rules of others' tables are not asked for.
Result<OwnTables> listOwnTables(Family family, std::string_view mark);

} // namespace notrack::nft
