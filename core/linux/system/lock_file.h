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

/// What a symbolic link in the place of a lock file means.
enum class Links {
    Refuse, ///< somebody else's doing
    Follow, ///< the lock of other programs, which follow it as well
};

/// Takes flock on a file, which is made when it is not there. Busy when somebody else holds it for longer than `wait`; `what`
/// names the lock in messages. The file's folder must be one that only root can write, such as /run. Waiting can be interrupted by a signal that
/// ends the process.
Result<LockFile> takeLockFile(const std::string& path, const std::string& what, std::chrono::milliseconds wait,
                              Links links = Links::Refuse);

/// Whether somebody holds the lock, by the kernel's list (proc_locks(5)): the lock itself is not touched, so that nobody who wants it notices.
/// False where it cannot be told, and for a holder in a PID namespace that this process does not see.
bool isLockFileHeld(const std::string& path);

/// From now on SIGHUP, SIGINT and SIGTERM no longer end this process: what follows is a commit, and the verdict that may have to take it back.
void outliveSignals();

} // namespace notrack
