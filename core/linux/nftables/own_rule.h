#pragma once

#include "core/net/nft_statements.h"
#include "core/rules/table.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace notrack::nft
{

/// RTN_LOCAL of linux/rtnetlink.h.
inline constexpr std::uint32_t localAddress = 2;

/// Where an address stands in the network header (RFC 791, RFC 8200), bytes.
std::uint32_t addressOffset(Family family, bool isSource);

/// Bytes of an address.
std::uint32_t addressSize(Family family);

/// A rule of the form that this program writes, or nothing: matches in any order, then `counter notrack`, `counter return` or `counter jump
/// CHAIN`.
std::optional<RuleBody> decodeOwn(Family family, const std::vector<nf_tables::Statement>& statements);

/// What a rule of others matches at the most; nothing where it does more than match, count, log and give a verdict.
std::optional<Reach> reachOf(Family family, const std::vector<nf_tables::Statement>& statements);

} // namespace notrack::nft
