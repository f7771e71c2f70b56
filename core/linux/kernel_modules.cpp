#include "core/linux/kernel_modules.h"

#include <spawn.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

namespace notrack
{

namespace
{

/// Where the kernel itself looks for modprobe; empty for a kernel without loadable modules.
std::string modprobePath()
{
    std::ifstream setting("/proc/sys/kernel/modprobe");
    std::string path;
    std::getline(setting, path);
    return path;
}

void runModprobe(const std::vector<std::string>& modules)
{
    const std::string program = modprobePath();
    if (program.empty() || program.front() != '/')
        return;
    std::vector<std::string> words{"modprobe", "--quiet", "--all", "--"};
    words.insert(words.end(), modules.begin(), modules.end());
    std::vector<char*> arguments;
    for (std::string& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    std::string path = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    char* environment[] = {path.data(), nullptr};
    pid_t child = 0;
    if (posix_spawn(&child, program.c_str(), nullptr, nullptr, arguments.data(), environment) != 0)
        return;
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
}

} // namespace

Result<bool> hasLegacyTable(Family family, std::string_view table)
{
    const char* path = family == Family::Ipv4 ? "/proc/net/ip_tables_names" : "/proc/net/ip6_tables_names";
    errno = 0;
    std::ifstream names(path);
    if (!names && errno == ENOENT) // the kernel has no legacy tables, or not yet
        return false;
    if (!names)
        return makeError(errno == EACCES ? ErrorKind::NotPermitted : ErrorKind::Failed,
                         std::string("cannot look for legacy tables: ") + std::strerror(errno), path);
    std::string name;
    while (std::getline(names, name)) {
        if (name == table)
            return true;
    }
    return false;
}

void loadLegacyRawModules(Family family)
{
    runModprobe({family == Family::Ipv4 ? "iptable_raw" : "ip6table_raw", "xt_CT", "xt_addrtype"});
}

} // namespace notrack
