#pragma once

#include "core/base/error.h"

#include <string>

namespace notrack
{

/// Runs one JSON document of commands as one transaction and gives what it printed, in JSON. Failed with libnftables' own words
/// when the kernel or the library refuses it, NotPermitted without the privilege. The library is loaded at the first call, so
/// that the program also runs where it is not installed: NoBackend then. The library runs in a process of its own, since it
/// ends the process itself when a socket or memory fails it, with exit codes that mean something else here.
Result<std::string> runNftables(const std::string& commands);

/// Whether the library can be loaded; if not, the error that runNftables() would give.
Result<void> checkLibnftables();

} // namespace notrack
