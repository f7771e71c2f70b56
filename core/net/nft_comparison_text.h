#pragma once

#include "core/net/nft_operand_text.h"

#include <optional>
#include <string>

namespace notrack::nf_tables
{

/// A comparison in nft's syntax, `operand` being what its left side is called; nullopt for one that has no form there.
std::optional<std::string> comparisonText(const Compare& compare, const Operand& left, const OperandText& operand);

} // namespace notrack::nf_tables
