#pragma once

#include "core/linux/nftables/transaction_message.h"
#include "core/net/nft_rules.h"
#include "core/rules/table.h"

namespace notrack::nft
{

/// Decodes one rule of a table: ours are as decodeOwn() has them; everything else is a
/// ForeignRule, which keeps the kernel's own attributes (`attributes`, NFTA_RULE_*).
Entry decodeEntry(Family family, const nf_tables::Rule& rule, const nf_tables::Table& table, std::span<const std::byte> attributes);

/// Writes NFTA_RULE_EXPRESSIONS and what else belongs to the rule, counters included. Fails on a ForeignRule that another store
/// has read.
Result<void> encodeEntry(Family family, const Entry& entry, netlink::AttributeWriter& writer);

} // namespace notrack::nft
