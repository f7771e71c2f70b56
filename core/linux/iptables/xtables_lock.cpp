#include "core/linux/iptables/xtables_lock.h"

#include <cstdlib>
#include <string>

namespace notrack
{

namespace
{

constexpr const char* xtablesLockFile = "/run/xtables.lock";

} // namespace

Result<LockFile> takeXtablesLock(std::chrono::milliseconds wait)
{
    const char* configured = std::getenv("XTABLES_LOCKFILE");
    const std::string path = configured == nullptr || *configured == '\0' ? xtablesLockFile : configured;
    return takeLockFile(path, "xtables lock", wait, Links::Follow);
}

} // namespace notrack
