#pragma once

#include "core/rules/table.h"

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace notrack
{

/// How much of a rule of somebody else's is worth decoding.
enum class RuleDetail {
    Full,  ///< in a chain that may be ours: every rule with its text and its bytes
    Reach, ///< in a built-in chain before our jump: what a rule can match decides whether our jump is as good as first
    Brief, ///< elsewhere: of rules that neither go to a chain nor use the CT target only the target. Tables of others may be large.
};

/// Decodes one rule as the kernel's xtables interface lays it out (struct ipt_entry or ip6t_entry with its matches and its
/// target, host byte order). `target` is what libiptc calls the target: a chain, a verdict, an extension, or nothing.
/// Any bytes at all give a body; what is not of our own form, or makes no sense, is a ForeignRule that keeps the bytes.
RuleBody decodeRule(Family family, std::span<const std::byte> bytes, std::string_view target, RuleDetail detail = RuleDetail::Full);

/// A hash of what such a rule says but for where it goes to, without counters; the same in one process only.
std::size_t fingerprintOf(Family family, std::span<const std::byte> bytes, std::string_view target);

/// The counters of such a rule.
Counters decodeCounters(Family family, std::span<const std::byte> bytes);

/// The bytes for libiptc to insert, counters included. Jumps and verdicts carry their name in the target, where libiptc looks
/// for it. Fails on a ForeignRule whose bytes are no rule, which only a table of another family or store could bring.
Result<std::vector<std::byte>> encodeRule(Family family, const Entry& entry);

} // namespace notrack
