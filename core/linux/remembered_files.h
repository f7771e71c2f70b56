#pragma once

#include "core/run/run_memory.h"

#include <memory>
#include <string>

namespace notrack
{

/// Folders of what runs remember, made with mode 0755 when something is written.
struct MemoryFolders
{
    std::string runtime; ///< emptied by a boot; also holds run.lock
    std::string state;   ///< survives boots

    /// systemd's $RUNTIME_DIRECTORY and $STATE_DIRECTORY, else /run/dns-notrack and /var/lib/dns-notrack.
    static MemoryFolders ofThisProcess();
};

/// Files in those folders, a file for each thing remembered. Those in the runtime folder begin with a line that names the boot and the
/// network namespace: what another one wrote is passed over.
std::unique_ptr<RunMemory> makeRememberedFiles(MemoryFolders folders);

} // namespace notrack
