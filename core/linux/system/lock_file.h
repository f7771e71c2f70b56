#pragma once

#include "core/base/error.h"
#include "core/linux/system/file_descriptor.h"

#include <chrono>
#include <string>
#include <utility>

namespace notrack
{

/// A lock on a file, held until it goes out of scope.
class LockFile
{
public:
    explicit LockFile(FileDescriptor file) : m_file(std::move(file)) {}

private:
    FileDescriptor m_file; // closing it gives the lock back
};

/// Takes flock on a file, which is made when it is not there. Busy when somebody else holds it for longer than `wait`; `what`
/// names the lock in messages. The file's folder must be one that only root can write, such as /run: symbolic links are refused.
/// Once the lock is taken, SIGHUP, SIGINT and SIGTERM no longer end this process, so that no change is left without its probe.
Result<LockFile> takeLockFile(const std::string& path, const std::string& what, std::chrono::milliseconds wait);

} // namespace notrack
