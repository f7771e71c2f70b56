#pragma once

#include <string>

namespace notrack
{

/// Remembers over the runs of a timer which profile was rolled back, so that DNS does not suffer from the same attempt again and
/// again. It is kept in a directory that a boot empties; where that cannot be written nothing is remembered.
class RollbackMemory
{
public:
    /// systemd's $RUNTIME_DIRECTORY, or /run/dns-notrack.
    RollbackMemory();
    explicit RollbackMemory(std::string directory);

    /// Digest of the profile that was rolled back within the last 10 minutes; empty when there was none.
    std::string recentDigest() const;

    void remember(const std::string& digest) const;

private:
    std::string m_path;
};

} // namespace notrack
