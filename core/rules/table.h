#pragma once

#include "core/net/rule.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace notrack
{

/// An unconditional `-j CHAIN`.
struct Jump
{
    std::string chain;

    bool operator==(const Jump&) const = default;
};

/// Packets that a rule of others matches at the most, as far as its header and its ports tell.
struct Reach
{
    std::optional<Protocol> protocol; ///< empty: any
    bool isOtherProtocol = false;     ///< one that is neither UDP nor TCP
    std::optional<Prefix> source;
    std::optional<Prefix> destination;
    std::optional<PortRange> sourcePorts; ///< empty: all
    std::optional<PortRange> destinationPorts;
    bool isGoto = false; ///< what it goes to does not come back
};

/// Any rule that this program would not write. `bytes` are the kernel's encoding in the store that read it, kept so that the
/// very rule can be put back; the core does not look inside. Equality is that of the text.
struct ForeignRule
{
    std::string target; ///< chain or target extension, empty for none
    std::string text;   ///< for people: iptables-save syntax as far as it is known; empty in chains of others
    std::vector<std::byte> bytes;
    std::size_t fingerprint = 0;        ///< of all that the rule says, without counters; 0 where `text` says it all
    std::shared_ptr<const Reach> reach; ///< none where the store that read it cannot tell; apart, since tables of others are large

    bool operator==(const ForeignRule& other) const { return text == other.text; }
};

/// What a rule does, decoded.
using RuleBody = std::variant<NotrackRule, Jump, ForeignRule>;

struct Entry
{
    RuleBody body;
    Counters counters;

    bool operator==(const Entry&) const = default;
};

struct Chain
{
    std::string name;
    bool builtIn = false;
    std::vector<Entry> entries;
    std::string policy = "ACCEPT"; ///< of a built-in chain

    bool operator==(const Chain&) const = default;
};

/// The raw table of one family at one moment. A table that the kernel does not hold has no chains.
struct Table
{
    Family family = Family::Ipv4;
    std::vector<Chain> chains;
    std::vector<std::string> nftablesTables; ///< nftables' tables that the chains stand in, as in "ip nmanager"; none for iptables
    std::vector<std::string> foreignObjects; ///< what others put into those: "table ip nmanager: counter NAME"
    std::uint64_t stamp = 0;                 ///< a hash of all that it says, without counters; 0 where the store that read it makes none

    bool operator==(const Table&) const = default;
};

/// The chain of that name, or nullptr.
const Chain* findChain(const Table& table, std::string_view name);

/// Name of the chain that an entry goes to, or empty: jumps with and without conditions alike.
std::string_view targetOf(const RuleBody& body);

/// iptables-save syntax without "-A CHAIN".
std::string toText(const RuleBody& body);

} // namespace notrack
