#pragma once

#include "core/base/error.h"
#include "core/linux/system/lock_file.h"

#include <chrono>

namespace notrack
{

/// Takes the lock that all iptables programs take before they write: flock on the file that XTABLES_LOCKFILE names, else on
/// /run/xtables.lock (iptables 1.8's xshared.c). Busy when somebody else holds it for longer than `wait`.
Result<LockFile> takeXtablesLock(std::chrono::milliseconds wait);

} // namespace notrack
