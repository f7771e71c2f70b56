#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace notrack::nf_tables
{

/// How values of an operand are written.
enum class Notation {
    Number,
    NodeNumber,
    Mark,
    Ipv4,
    Ipv6,
    Name,
    Interface,
    CtState,
    CtStatus,
    CtDirection,
    AddressType,
    Presence,
    Family,
    Transport,
    EtherType,
    TcpFlags,
    IcmpType,
    Icmpv6Type,
    PacketType
};

/// nft's word for a number: a name, or the number itself where its notation has numbers too; nullopt for what nft has no word for.
std::optional<std::string> nameOf(std::uint64_t number, Notation notation);

/// The names of the bits that are set, by commas; nullopt where one has no name, or none is set.
std::optional<std::string> bitsText(std::uint64_t bits, Notation notation);

} // namespace notrack::nf_tables
