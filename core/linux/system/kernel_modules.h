#pragma once

#include "core/net/ip.h"

#include <string>
#include <string_view>
#include <vector>

namespace notrack
{

/// The legacy tables of this network namespace, without making the kernel create any. NotPermitted where the kernel does not let us look.
Result<std::vector<std::string>> readLegacyTables(Family family);

/// Whether this network namespace has a legacy table of that name, without making the kernel create it. NotPermitted where the
/// kernel does not let us look.
Result<bool> hasLegacyTable(Family family, std::string_view table);

/// Asks modprobe for what the raw table and our rules need. Failures are left to the kernel to name: the modules may be built
/// in, or come by themselves.
void loadLegacyRawModules(Family family);

/// Whether a part of the kernel that can be a module is there now: loaded, or built in. Nothing is loaded by asking.
bool isKernelPartActive(const std::string& module);

/// Whether this network namespace has a conntrack table; nothing is loaded by asking.
bool hasConntrack();

/// Whether modprobe would find the module; it is not loaded.
bool isModuleInstalled(const std::string& module);

} // namespace notrack
