#include "core/linux/system/rollback_memory.h"

#include "core/linux/system/replaced_file.h"
#include "core/linux/system/text_file.h"

#include <sys/stat.h>

#include <cstdlib>
#include <ctime>

namespace notrack
{

namespace
{

constexpr std::time_t pauseSeconds = 600;

std::string runtimeDirectory()
{
    const char* directory = std::getenv("RUNTIME_DIRECTORY");
    return directory == nullptr || *directory == '\0' ? "/run/dns-notrack" : directory;
}

} // namespace

RollbackMemory::RollbackMemory() : RollbackMemory(runtimeDirectory()) {}

RollbackMemory::RollbackMemory(std::string directory) : m_path(std::move(directory) + "/rolled-back") {}

std::string RollbackMemory::recentDigest() const
{
    struct stat status = {};
    if (stat(m_path.c_str(), &status) != 0)
        return {};
    const std::time_t age = std::time(nullptr) - status.st_mtime;
    if (age < 0 || age >= pauseSeconds)
        return {};
    return readTextFile(m_path).value_or(std::string());
}

void RollbackMemory::remember(const std::string& digest) const
{
    mkdir(m_path.substr(0, m_path.rfind('/')).c_str(), 0755);
    static_cast<void>(replaceFile(m_path, digest)); // without a memory the next run tries again, as it would on a first attempt
}

} // namespace notrack
