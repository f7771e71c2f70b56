#pragma once

#include "core/net/nft_operand_text.h"

#include <optional>
#include <string>
#include <vector>

namespace notrack::nf_tables
{

/// What a statement does, in nft's syntax, as `nft list ruleset` of nftables 1.0.6 writes it; nullopt for a form that has no words
/// here. The operands are those of the statement.
std::optional<std::string> actionText(const Meta& meta, const std::vector<Operand>& operands, const Context& context);
std::optional<std::string> actionText(const Ct& ct, const std::vector<Operand>& operands, const Context& context);
std::optional<std::string> actionText(const Nat& nat, const std::vector<Operand>& operands, const Context& context);
std::optional<std::string> actionText(const Masquerade& masquerade, const std::vector<Operand>& operands);
std::optional<std::string> actionText(const Redirect& redirect, const std::vector<Operand>& operands);
std::optional<std::string> actionText(const Reject& reject, const Context& context);
std::optional<std::string> actionText(const Limit& limit);
std::optional<std::string> actionText(const Log& log);
std::optional<std::string> actionText(const Dynset& dynset, const std::vector<Operand>& operands, const Context& context);
std::optional<std::string> actionText(const ObjectReference& object);

} // namespace notrack::nf_tables
