#pragma once

#include "core/net/nft_statements.h"

#include <optional>
#include <string>

namespace notrack::nf_tables
{

/// What the matches so far have said of the packet: without it, a place in a header has no name.
struct Context
{
    std::optional<std::uint32_t> network;   ///< NFPROTO_IPV4 2 or NFPROTO_IPV6 10
    std::optional<std::uint32_t> transport; ///< IPPROTO_*
};

/// How values of an operand are written.
enum class Notation { Number, NodeNumber, Ipv4, Ipv6, Name, CtState, AddressType, Family, Transport, EtherType };

struct OperandText
{
    std::string text; ///< in nft's syntax, as in "ip saddr"
    Notation notation = Notation::Number;
    std::uint32_t length = 0; ///< bytes of a whole value; an address' payload may hold its first bytes only
};

/// nullopt for an operand that has no form here; the mask is not looked at.
std::optional<OperandText> describe(const Operand& operand, const Context& context);

/// A value in that notation; nullopt where it is none.
std::optional<std::string> valueText(const Bytes& value, const OperandText& operand);

/// A number of up to eight bytes in network byte order, or in the node's own.
std::optional<std::uint64_t> numberOf(const Bytes& value, Notation notation);

} // namespace notrack::nf_tables
