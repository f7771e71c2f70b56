#pragma once

#include "core/net/nft_expressions.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace notrack::nf_tables
{

/// Bits of Set::flags.
inline constexpr std::uint32_t setAnonymous = 1;
inline constexpr std::uint32_t setConstant = 2;
inline constexpr std::uint32_t setInterval = 4;
inline constexpr std::uint32_t setMap = 8;
inline constexpr std::uint32_t setTimeout = 16;
inline constexpr std::uint32_t setDynamic = 32;
inline constexpr std::uint32_t setObjects = 64;
inline constexpr std::uint32_t setConcatenated = 128;

struct Rule
{
    std::uint64_t handle = 0;
    std::vector<Expression> expressions;
    std::string comment; ///< as nft and the kernel keep it: any bytes

    bool operator==(const Rule&) const = default;
};

/// Where a base chain is attached.
struct BaseHook
{
    std::string type; ///< "filter", "nat" or "route"
    std::uint32_t hook =
        0; ///< NF_INET_PRE_ROUTING 0, LOCAL_IN 1, FORWARD 2, LOCAL_OUT 3, POST_ROUTING 4, INGRESS 5; other numbers for arp and netdev
    std::int32_t priority = 0;
    std::vector<std::string> devices;
    bool policyAccepts = true;

    bool operator==(const BaseHook&) const = default;
};

struct Chain
{
    std::string name;
    std::uint64_t handle = 0;
    std::optional<BaseHook> base; ///< none: packets come by jumps only
    std::vector<Rule> rules;

    bool operator==(const Chain&) const = default;
};

struct SetElement
{
    Bytes key;
    Bytes lastKey;            ///< of a range, where the kernel keeps both ends in one element (concatenations)
    bool intervalEnd = false; ///< the values from here on are outside again
    bool catchAll = false;    ///< stands for every key without an element
    std::variant<std::monostate, Bytes, Verdict, std::string> value; ///< of a map: data, a verdict, or an object's name

    bool operator==(const SetElement&) const = default;
};

struct Set
{
    std::string name;
    std::uint32_t flags = 0;
    std::uint32_t keyType = 0; ///< nft's own number of the type, six bits a field; not the kernel's business
    std::uint32_t keyLength = 0;
    std::uint32_t valueType = 0;
    std::uint32_t valueLength = 0;
    std::vector<std::uint32_t> fields; ///< bytes of each field of a concatenation
    std::vector<SetElement> elements;
    bool complete = true; ///< false where there were more elements than are read

    bool operator==(const Set&) const = default;
};

struct Table
{
    std::string family; ///< "ip", "ip6", "inet", "arp", "bridge", "netdev", or "other"
    std::string name;
    std::uint32_t flags = 0; ///< 1 dormant, 2 owned by a process
    std::vector<Chain> chains;
    std::vector<Set> sets;

    bool operator==(const Table&) const = default;
};

/// Every table of a network namespace at one moment.
struct Rules
{
    std::uint32_t generation = 0;
    std::vector<Table> tables;
    bool complete = true; ///< false where there was more than this program reads

    bool operator==(const Rules&) const = default;
};

} // namespace notrack::nf_tables
