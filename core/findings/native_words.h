#pragma once

#include "core/findings/saved_rules.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace notrack
{

/// Words of a line as nft prints it; braces and commas are words of their own,
/// quotes are taken off.
std::vector<std::string> splitNativeLine(std::string_view line);
/// A condition as iptables would have it: "cni*" becomes "cni+", an address its
/// prefix.
Condition makeCondition(std::string match, std::string option, std::string value, bool negated);
/// The networks that a range of addresses ("10.0.0.1-10.0.0.9") is made of; none for what is no range.
std::vector<Prefix> networksOfRange(std::string_view text);
/// One that may hold or not.
Condition unknownCondition();
/// One that never holds.
Condition neverCondition();
/// '&', '|' or '^' for "and", "or", "xor" and their signs, as nft's versions
/// print them; else a space.
char operationOf(std::string_view word);
std::string upperCase(std::string name);
/// What an operation does to the mark, as MARK --set-xmark has it: the bits of
/// the mask are zeroed, then those of the value flipped.
std::optional<std::string> markChangeOf(char operation, const std::string& text);

} // namespace notrack
