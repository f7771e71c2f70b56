#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// nf_tables' rule sets as data, as the kernel holds them: every table of a node, other people's included. Numbers that have a
/// name in the kernel (keys, operations, verdicts) are the kernel's own (linux/netfilter/nf_tables.h), so that one that is new
/// is kept; what this program knows of them has a constant here. What is not known makes one expression unknown, never its rule.
namespace notrack::nf_tables
{

/// Data of a register, a comparison or a set element, as the kernel holds it: mostly network byte order, conntrack's and meta's
/// numbers in the node's own.
using Bytes = std::vector<std::uint8_t>;

/// Number of the 32 bit register, 0 to 15, at which a value begins; a longer value takes those that follow.
using Register = std::uint32_t;

enum class PayloadBase { Link = 0, Network = 1, Transport = 2, Inner = 3, Tunnel = 4 };
enum class MetaKey {
    Length = 0,
    Protocol = 1,
    Priority = 2,
    Mark = 3,
    InputIndex = 4,
    OutputIndex = 5,
    Input = 6,
    Output = 7,
    InputType = 8,
    OutputType = 9,
    User = 10,
    Group = 11,
    FamilyOfPacket = 15,
    TransportProtocol = 16,
    PacketType = 19,
    Cpu = 20,
    InputGroup = 21,
    OutputGroup = 22,
    ControlGroup = 23
};
enum class CtKey {
    State = 0,
    Direction = 1,
    Status = 2,
    Mark = 3,
    Expiration = 5,
    Helper = 6,
    LayerProtocol = 7,
    Source = 8,
    Destination = 9,
    Protocol = 10,
    SourcePort = 11,
    DestinationPort = 12,
    PacketCount = 14,
    ByteCount = 15,
    Zone = 17,
    SourceIpv4 = 19,
    DestinationIpv4 = 20,
    SourceIpv6 = 21,
    DestinationIpv6 = 22,
    Id = 24
};
enum class FibResult { Index = 1, Name = 2, AddressType = 3 };
enum class CompareOperator { Equal = 0, NotEqual = 1, Less = 2, LessOrEqual = 3, Greater = 4, GreaterOrEqual = 5 };
enum class VerdictCode { Drop = 0, Accept = 1, Queue = 3, Continue = -1, Break = -2, Jump = -3, Goto = -4, Return = -5 };
enum class NatType { Source = 0, Destination = 1 };
enum class RejectType { IcmpUnreachable = 0, TcpReset = 1, IcmpxUnreachable = 2 };

/// Bits of ct state (nf_conntrack_common.h's NF_CT_STATE_BIT and NF_CT_STATE_UNTRACKED_BIT), in the node's byte order.
inline constexpr std::uint32_t ctInvalid = 1;
inline constexpr std::uint32_t ctEstablished = 2;
inline constexpr std::uint32_t ctRelated = 4;
inline constexpr std::uint32_t ctNew = 8;
inline constexpr std::uint32_t ctUntracked = 64;

/// Bits of Fib::flags.
inline constexpr std::uint32_t fibSource = 1;
inline constexpr std::uint32_t fibDestination = 2;
inline constexpr std::uint32_t fibMark = 4;
inline constexpr std::uint32_t fibInput = 8;
inline constexpr std::uint32_t fibOutput = 16;
inline constexpr std::uint32_t fibPresent = 32;

struct Verdict
{
    VerdictCode code = VerdictCode::Continue;
    std::string chain; ///< of Jump and Goto

    bool operator==(const Verdict&) const = default;
};

/// Loads `length` bytes of the packet's header, from `offset` of it.
struct Payload
{
    PayloadBase base = PayloadBase::Network;
    std::uint32_t offset = 0;
    std::uint32_t length = 0;
    Register to = 0;

    bool operator==(const Payload&) const = default;
};

/// Loads a fact about the packet, or sets one from a register.
struct Meta
{
    MetaKey key = MetaKey::Length;
    Register at = 0;
    bool sets = false;

    bool operator==(const Meta&) const = default;
};

/// Loads a fact about the packet's conntrack entry, or sets one from a register.
struct Ct
{
    CtKey key = CtKey::State;
    std::optional<std::uint32_t> direction; ///< 0 original, 1 reply
    Register at = 0;
    bool sets = false;

    bool operator==(const Ct&) const = default;
};

/// Loads what routing says of an address.
struct Fib
{
    FibResult result = FibResult::AddressType;
    std::uint32_t flags = 0;
    Register to = 0;

    bool operator==(const Fib&) const = default;
};

/// The rule goes on when the register compares so with `value`, byte by byte.
struct Compare
{
    CompareOperator comparison = CompareOperator::Equal;
    Register at = 0;
    Bytes value;

    bool operator==(const Compare&) const = default;
};

/// to = (from & mask) ^ flip.
struct Bitwise
{
    Register from = 0;
    Register to = 0;
    Bytes mask;
    Bytes flip;

    bool operator==(const Bitwise&) const = default;
};

/// Changes the byte order of numbers of `size` bytes: a value means the same before and after.
struct Byteorder
{
    Register from = 0;
    Register to = 0;
    std::uint32_t length = 0;
    std::uint32_t size = 0;
    bool toNetwork = false;

    bool operator==(const Byteorder&) const = default;
};

/// The rule goes on when the register is (or, inverted, is not) from first to last.
struct Range
{
    bool inverted = false;
    Register at = 0;
    Bytes first;
    Bytes last;

    bool operator==(const Range&) const = default;
};

/// The rule goes on when the set has the register's value (inverted: has it not); a map's value goes to `to`, and one of
/// verdicts is the rule's verdict.
struct Lookup
{
    std::string set;
    Register from = 0;
    std::optional<Register> to;
    bool verdicts = false;
    bool inverted = false;

    bool operator==(const Lookup&) const = default;
};

/// Loads a constant.
struct Immediate
{
    Register to = 0;
    Bytes value;

    bool operator==(const Immediate&) const = default;
};

struct Counter
{
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;

    bool operator==(const Counter&) const = default;
};

/// The rule goes on for packets below the rate (inverted: above it).
struct Limit
{
    std::uint64_t rate = 0;
    std::uint64_t seconds = 0; ///< the time that the rate is for
    std::uint32_t burst = 0;
    bool inBytes = false;
    bool inverted = false;

    bool operator==(const Limit&) const = default;
};

/// snat and dnat; addresses and ports come from registers.
struct Nat
{
    NatType type = NatType::Source;
    std::uint8_t family = 0; ///< the kernel's NFPROTO
    std::optional<Register> address;
    std::optional<Register> lastAddress;
    std::optional<Register> port;
    std::optional<Register> lastPort;
    std::uint32_t flags = 0; ///< the kernel's NF_NAT_RANGE

    bool operator==(const Nat&) const = default;
};

struct Masquerade
{
    std::optional<Register> port;
    std::optional<Register> lastPort;
    std::uint32_t flags = 0;

    bool operator==(const Masquerade&) const = default;
};

struct Redirect
{
    std::optional<Register> port;
    std::optional<Register> lastPort;
    std::uint32_t flags = 0;

    bool operator==(const Redirect&) const = default;
};

struct Reject
{
    RejectType type = RejectType::IcmpUnreachable;
    std::uint8_t code = 0;

    bool operator==(const Reject&) const = default;
};

struct Notrack
{
    bool operator==(const Notrack&) const = default;
};

struct Log
{
    std::string prefix;
    bool plain = true;                  ///< nothing but a prefix is set
    std::optional<std::uint32_t> level; ///< where nothing else is set; syslog's number
    std::optional<std::uint32_t> group; ///< where nothing else is set

    bool operator==(const Log&) const = default;
};

struct Queue
{
    std::uint16_t number = 0;

    bool operator==(const Queue&) const = default;
};

/// Adds to, updates or deletes from a set as packets pass.
struct Dynset
{
    std::string set;
    std::uint32_t operation = 0;
    Register key = 0;
    bool inverted = false;

    bool operator==(const Dynset&) const = default;
};

/// Refers to a named object of the table (type 1 is a counter, 2 a quota, 3 a helper), or to the one that a map gives.
struct ObjectReference
{
    std::uint32_t type = 0;
    std::string name; ///< empty where a map of objects gives it
    std::string set;

    bool operator==(const ObjectReference&) const = default;
};

/// A match or target of xtables, by its name: what it holds is not decoded.
struct Xtables
{
    bool target = false;
    std::string name;

    bool operator==(const Xtables&) const = default;
};

/// Loads the next number of a row, or a random one: from `offset` on, `modulus` of them.
struct Numgen
{
    std::uint32_t modulus = 0;
    std::uint32_t offset = 0;
    bool random = false;
    Register to = 0;

    bool operator==(const Numgen&) const = default;
};

/// An expression, or a form of one, that this program does not know.
struct Unknown
{
    std::string name; ///< the kernel's
    /// What it may do to the rule's registers is not known either.
    bool operator==(const Unknown&) const = default;
};

using Expression = std::variant<Unknown, Payload, Meta, Ct, Fib, Compare, Bitwise, Byteorder, Range, Lookup, Immediate, Verdict, Counter,
                                Limit, Nat, Masquerade, Redirect, Reject, Notrack, Log, Queue, Dynset, ObjectReference, Xtables, Numgen>;

} // namespace notrack::nf_tables
