#pragma once

#include "core/linux/system/netlink.h"
#include "core/net/nft_rules.h"

#include <cstddef>
#include <optional>
#include <span>

namespace notrack::nf_tables
{

using netlink::findAttribute;
using netlink::longNumberAt;
using netlink::numberAt;
using netlink::textAt;

using Attributes = std::span<const std::byte>;

/// Decodes one expression (NFTA_EXPR_*). Any bytes at all give one: what is not known, or not in this form, is Unknown.
Expression decodeExpression(Attributes expression);

/// A rule's expressions (NFTA_RULE_EXPRESSIONS, a list of NFTA_LIST_ELEM).
std::vector<Expression> decodeExpressions(Attributes list);

/// A constant or a verdict (NFTA_DATA_*); nullopt where it is neither.
std::optional<std::variant<Bytes, Verdict>> decodeData(Attributes data);

} // namespace notrack::nf_tables
