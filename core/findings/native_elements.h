#pragma once

#include "core/findings/saved_rules.h"

#include <string>
#include <vector>

namespace notrack
{

/// Something of a packet that nft holds against values, as the option of iptables that does the same.
struct NativeField
{
    std::string match;
    std::string option;
};

/// What an element of a set asks, field by field.
using NativeElement = std::vector<Condition>;

/// What one element of a set asks of these fields ("10.244.1.3", ".", "53"): of a range of addresses, each of its networks makes one. None for what is
/// no element of theirs.
std::vector<NativeElement> readNativeElement(const std::vector<NativeField>& fields, const std::vector<std::string>& words);

/// One condition: the packet has to be one of the elements, or, negated, none of them.
Condition anyOf(std::vector<NativeElement> elements, bool negated);

} // namespace notrack
