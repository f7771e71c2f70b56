#pragma once

#include "core/run/table_store.h"

#include <chrono>
#include <memory>
#include <string>

namespace notrack
{

/// Takes flock on a file, which is made when it is not there. Busy when somebody else holds it for longer than `wait`; `what`
/// names the lock in messages. The file's folder must be one that only root can write, such as /run: symbolic links are refused.
/// Once the lock is taken, SIGHUP, SIGINT and SIGTERM no longer end this process, so that no change is left without its probe.
Result<std::unique_ptr<StoreLock>> takeLockFile(const std::string& path, const std::string& what, std::chrono::milliseconds wait);

} // namespace notrack
