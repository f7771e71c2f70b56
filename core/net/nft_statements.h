#pragma once

#include "core/net/nft_rules.h"

#include <vector>

namespace notrack::nf_tables
{

/// Where a register's value comes from; Unknown where that is not known.
struct Operand
{
    std::variant<Unknown, Payload, Meta, Ct, Fib, Immediate, Numgen> source;
    std::uint32_t length = 0; ///< bytes
    Bytes mask;               ///< with `flip`: the value is (source & mask) ^ flip; both empty for the source as it is
    Bytes flip;
    bool toNetwork = false; ///< a number of the node's byte order, turned into network byte order

    bool operator==(const Operand&) const = default;
};

/// An expression that asks or does something, with the values that it takes from registers: of a concatenation one a field, of
/// Nat and the like those that it names, in its members' order.
struct Statement
{
    Expression expression;
    std::vector<Operand> operands;

    bool operator==(const Statement&) const = default;
};

/// A rule's expressions with those that only load registers folded into those that use them. The table has its sets.
std::vector<Statement> statementsOf(const Rule& rule, const Table& table);

/// The set of that name, or nullptr.
const Set* findSet(const Table& table, const std::string& name);

} // namespace notrack::nf_tables
