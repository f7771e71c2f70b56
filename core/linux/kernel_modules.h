#pragma once

#include "core/ip.h"

#include <string_view>

namespace notrack
{

/// Whether this network namespace has a legacy table of that name, without making the kernel create it. NotPermitted where the
/// kernel does not let us look.
Result<bool> hasLegacyTable(Family family, std::string_view table);

/// Asks modprobe for what the raw table and our rules need. Failures are left to the kernel to name: the modules may be built
/// in, or come by themselves.
void loadLegacyRawModules(Family family);

} // namespace notrack
