#pragma once

#include "core/linux/iptables/rule_layout.h"

#include <string>

namespace notrack
{

/// The options of a match or a target in iptables-save syntax with a blank before each: ports, NOTRACK and comments, which
/// matter to people who read about DNS rules. Other extensions that store something give " [...]".
std::string describeOptions(const RawExtension& extension);

} // namespace notrack
