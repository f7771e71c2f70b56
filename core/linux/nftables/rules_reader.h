#pragma once

#include "core/base/error.h"
#include "core/linux/nftables/nf_tables.h"
#include "core/net/nft_rules.h"

#include <cstddef>
#include <span>
#include <vector>

namespace notrack::nf_tables
{

/// Reads every table of this network namespace, of one moment and one generation; empty where the kernel's nf_tables is not
/// active, since asking would make the kernel load it. At most 200,000 rules and 400,000 elements of sets are kept; `complete`
/// tells of more. Fails with Busy when the tables kept changing, NotPermitted without CAP_NET_ADMIN.
Result<Rules> readRules();

/// The same of these tables only; of the rest not even the rules are asked for. Sets that packets fill come without their elements.
Result<Rules> readRulesOf(const std::vector<NftablesTable>& tables);

/// Decoders of one object's attributes (NFTA_CHAIN_*, NFTA_RULE_*, NFTA_SET_*, NFTA_SET_ELEM_*). Any bytes at all give one.
Chain decodeChain(std::span<const std::byte> attributes);
Rule decodeRule(std::span<const std::byte> attributes);
Set decodeSet(std::span<const std::byte> attributes);
SetElement decodeElement(std::span<const std::byte> attributes);

} // namespace notrack::nf_tables
