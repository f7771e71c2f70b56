#include "core/linux/system/kernel_modules.h"

#include "core/base/text_lines.h"
#include "core/linux/system/command_output.h"
#include "core/linux/system/text_file.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

namespace notrack
{

namespace
{

/// Where the kernel itself looks for modprobe; empty for a kernel without loadable modules.
std::string modprobePath()
{
    return std::string(trimmed(readOptionalTextFile("/proc/sys/kernel/modprobe").value_or("")));
}

/// Whether modprobe ran and was content. One that does not end in the time that programs have is not waited for again.
bool runModprobe(std::vector<std::string> words)
{
    static bool hangs = false;
    const std::string program = modprobePath();
    if (hangs || program.empty() || program.front() != '/')
        return false;
    words.insert(words.begin(), "modprobe");
    const ChildDeadline deadline = std::chrono::steady_clock::now() + childBudget;
    const bool content = runProgram(program, words, deadline).has_value();
    hangs = std::chrono::steady_clock::now() >= deadline;
    return content;
}

/// Whether the kernel's own list of what is built in names the module; nothing where there is no such list.
std::optional<bool> isBuiltIn(const std::string& module)
{
    utsname kernel{};
    if (uname(&kernel) != 0)
        return std::nullopt;
    const Result<std::string> list = readTextFile("/lib/modules/" + std::string(kernel.release) + "/modules.builtin");
    if (!list)
        return std::nullopt;
    return list->find("/" + module + ".ko\n") != std::string::npos;
}

} // namespace

Result<std::vector<std::string>> readLegacyTables(Family family)
{
    const char* path = family == Family::Ipv4 ? "/proc/net/ip_tables_names" : "/proc/net/ip6_tables_names";
    if (access(path, F_OK) != 0 && errno == ENOENT && access("/proc/self/stat", F_OK) != 0)
        return makeError(ErrorKind::Failed, "/proc is hidden from this process, so that nobody can tell whether there are legacy tables",
                         path);
    std::vector<std::string> tables; // none, too, where the kernel has no legacy tables, or not yet
    const Result<void> read = readLines(path, [&](std::string_view name) { tables.emplace_back(name); });
    return read ? Result<std::vector<std::string>>(std::move(tables)) : tl::unexpected(read.error());
}

Result<bool> hasLegacyTable(Family family, std::string_view table)
{
    const Result<std::vector<std::string>> tables = readLegacyTables(family);
    return tables ? Result<bool>(std::find(tables->begin(), tables->end(), table) != tables->end()) : tl::unexpected(tables.error());
}

void loadLegacyRawModules(Family family)
{
    runModprobe({"--quiet", "--all", "--", family == Family::Ipv4 ? "iptable_raw" : "ip6table_raw", "xt_CT", "xt_addrtype"});
}

bool hasConntrack()
{
    return access("/proc/sys/net/netfilter/nf_conntrack_count", F_OK) == 0;
}

bool isKernelPartActive(const std::string& module)
{
    if (access(("/sys/module/" + module).c_str(), F_OK) == 0)
        return true;
    if (access("/proc/modules", F_OK) != 0) // a kernel without modules has what it has
        return true;
    return isBuiltIn(module).value_or(true); // without the list, as in a container, the kernel has to be asked itself
}

bool isModuleInstalled(const std::string& module)
{
    return runModprobe({"--quiet", "--dry-run", "--", module});
}

} // namespace notrack
