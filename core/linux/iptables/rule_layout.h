#pragma once

#include "core/net/rule.h"

#include <linux/netfilter/x_tables.h>

#include <cstddef>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

// The layout of one xtables rule (linux/netfilter_ipv4/ip_tables.h, linux/netfilter_ipv6/ip6_tables.h): a header with
// addresses and counters, any number of matches, one target. Here it is taken apart and put together, for both families alike.

namespace notrack
{

/// The header of a rule: which packets it looks at.
struct RawHeader
{
    std::optional<Prefix> source;      ///< empty when its mask is no prefix
    std::optional<Prefix> destination; ///< empty when its mask is no prefix
    std::string inputInterface;        ///< as on the command line: "eth+" for a prefix; empty for any
    std::string outputInterface;
    std::uint16_t protocol = 0; ///< 0: any
    unsigned inverted = 0;      ///< IPT_INV_* or IP6T_INV_* bits
    bool special = false; ///< fragments, goto, type of service, host bits, a protocol that is not looked at: what this program never writes
    bool isGoto = false;
};

/// A match or a target: name, revision, and what the extension itself stores.
struct RawExtension
{
    std::string name; ///< empty for the standard target: a verdict or a chain
    std::uint8_t revision = 0;
    std::span<const std::byte> payload;
};

/// Points into the bytes that it was read from.
struct RawRule
{
    RawHeader header;
    std::vector<RawExtension> matches;
    RawExtension target;
};

/// Takes a rule apart; empty when offsets or sizes in it do not fit together.
std::optional<RawRule> readRawRule(Family family, std::span<const std::byte> bytes);

/// Whether a rule's target is a verdict or a chain rather than an extension; false for bytes that are no rule. Looks at nothing
/// else, and so is fast.
bool hasStandardTarget(Family family, std::span<const std::byte> bytes);

enum class FingerprintOf { All, Matches };

/// A hash of what a rule says, or of what stands before its target, without counters; the same in one process only.
/// 0 for bytes that are no rule.
std::size_t fingerprint(Family family, std::span<const std::byte> bytes, FingerprintOf part);

/// iptables-save syntax, without the options of matches and targets that only their own extensions can print: "[...]".
std::string toText(const RawRule& rule, std::string_view target);

/// 17 for udp, 6 for tcp.
std::uint16_t protocolNumber(Protocol protocol);

/// Puts a rule together; without `rule` it matches every packet.
std::vector<std::byte> encodeEntry(Family family, const std::optional<NotrackRule>& rule, const Counters& counters,
                                   std::span<const std::byte> matches, std::span<const std::byte> target);

/// A target that libiptc resolves by its name: a chain or a verdict.
std::vector<std::byte> encodeStandardTarget(std::string_view name);

/// Writes the name that libiptc shall resolve into the standard target of a rule; leaves other targets as they are. False when
/// the bytes are no rule.
bool setTargetName(Family family, std::span<std::byte> bytes, std::string_view name);

/// False when the bytes are no rule.
bool setCounters(Family family, std::span<std::byte> bytes, const Counters& counters);

/// False when the extension stores less than a T.
template <typename T>
bool copyPayload(const RawExtension& extension, T& value)
{
    static_assert(std::is_trivially_copyable_v<T>);
    if (extension.payload.size() < sizeof(T))
        return false;
    std::memcpy(&value, extension.payload.data(), sizeof(T));
    return true;
}

/// An xt_entry_match or xt_entry_target, which share their layout, with its payload, padded as the kernel wants it.
std::vector<std::byte> encodeExtension(std::string_view name, std::uint8_t revision, std::span<const std::byte> payload);

template <typename T>
std::vector<std::byte> encodeExtension(std::string_view name, std::uint8_t revision, const T& payload)
{
    static_assert(std::is_trivially_copyable_v<T>);
    return encodeExtension(name, revision, std::as_bytes(std::span(&payload, 1)));
}

} // namespace notrack
