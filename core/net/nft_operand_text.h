#pragma once

#include "core/net/nft_names.h"
#include "core/net/nft_statements.h"

#include <optional>
#include <string>

namespace notrack::nf_tables
{

inline constexpr std::uint32_t ipv4 = 2;  ///< NFPROTO_IPV4
inline constexpr std::uint32_t ipv6 = 10; ///< NFPROTO_IPV6

/// What the matches so far have said of the packet: without it, a place in a header has no name.
struct Context
{
    std::optional<std::uint32_t> network;   ///< ipv4 or ipv6
    std::optional<std::uint32_t> transport; ///< IPPROTO_*
    bool isOneFamily = false;               ///< the table is of that network alone
};

struct OperandText
{
    std::string text; ///< in nft's syntax, as in "ip saddr"
    Notation notation = Notation::Number;
    std::uint32_t length = 0; ///< bytes of a whole value; an address' payload may hold its first bytes only
    bool swapped = false;     ///< the node's numbers, in network byte order
    bool unnamed = false;     ///< a place in a header for which nft may have a name, and this program has none
};

/// nullopt for an operand that has no form here; the mask is not looked at.
std::optional<OperandText> describe(const Operand& operand, const Context& context);

/// How keys or values of a set are written whose type has this one of nft's own numbers, and how nft names the type; nullopt for others.
std::optional<OperandText> describeType(std::uint32_t type);

/// Whether its values are compared as numbers in network byte order, so that there are ranges of them.
bool isOrdered(const OperandText& operand);

/// A value in that notation; nullopt where it is none.
std::optional<std::string> valueText(const Bytes& value, const OperandText& operand);

/// A number of up to eight bytes in the operand's byte order.
std::optional<std::uint64_t> numberOf(const Bytes& value, const OperandText& operand);

} // namespace notrack::nf_tables
