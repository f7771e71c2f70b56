#pragma once

#include "core/linux/nftables/nftables_listing.h"
#include "core/linux/nftables/transaction_message.h"
#include "core/net/chain_names.h"
#include "core/rules/table.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace notrack::nft
{

/// Makes the table; the kernel refuses the transaction when there is one of that name.
struct CreateTable
{
};

/// Clears the table's dormant flag.
struct WakeTable
{
};

/// With everything in it.
struct DeleteTable
{
};

/// A base chain of ours where `hook` is given. For a base chain that is there already, sets its policy.
struct AddChain
{
    std::string chain;
    std::optional<Hook> hook;
};

struct RemoveChain
{
    std::string chain;
};

struct FlushChain
{
    std::string chain;
};

/// The rules and the jumps to the chain stay. Within the same transaction it keeps its old name.
struct NameChain
{
    std::string from;
    std::string to;
    std::uint64_t handle = 0; ///< of the chain
};

/// Where a rule comes to stand.
enum class Placement { Last, Before, After };

struct AddRule
{
    std::string chain;
    Placement placement = Placement::Last;
    std::uint64_t neighbour = 0; ///< handle of the rule before or after which this one stands
    Entry entry;
};

struct RemoveRule
{
    std::string chain;
    std::uint64_t handle = 0;
};

/// Takes an element out of a verdict map.
struct RemoveElement
{
    MapElement element;
};

/// One command of a transaction, for one table.
struct Command
{
    Family family = Family::Ipv4;
    std::string table;
    std::variant<CreateTable, WakeTable, DeleteTable, AddChain, RemoveChain, FlushChain, NameChain, AddRule, RemoveRule, RemoveElement>
        action;
};

/// The transaction that carries the commands out at that generation.
Result<netlink::Transaction> toTransaction(const std::vector<Command>& commands, std::uint32_t generation);

} // namespace notrack::nft
