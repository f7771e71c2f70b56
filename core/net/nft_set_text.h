#pragma once

#include "core/net/nft_operand_text.h"

#include <optional>
#include <string>
#include <vector>

namespace notrack::nf_tables
{

/// "accept", "jump CHAIN" and the like; nullopt for one without a form in nft.
std::optional<std::string> verdictText(const Verdict& verdict);

/// The elements of an anonymous set or verdict map in braces, its keys written as those operands are. nullopt where an element
/// has no form here, or not all were read.
std::optional<std::string> elementsText(const Set& set, const std::vector<OperandText>& keys);

} // namespace notrack::nf_tables
