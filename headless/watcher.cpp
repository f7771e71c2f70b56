#include "headless/watcher.h"

#include "core/linux/system/link_events.h"
#include "core/linux/system/system_error.h"
#include "headless/results.h"

#include <link.h>
#include <malloc.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace notrack
{

namespace
{

using namespace std::chrono_literals;

/// Between two runs while changes go on: addresses of a thousand services come and go within seconds.
constexpr auto pauseBetweenRuns = 500ms;

/// Where this program lies now: an upgrade puts another one there.
Result<std::string> ownPath()
{
    constexpr std::string_view replaced = " (deleted)";
    std::array<char, PATH_MAX> target{};
    const ssize_t length = readlink("/proc/self/exe", target.data(), target.size());
    if (length <= 0)
        return systemError(errno, "this program cannot be found", "/proc/self/exe");
    std::string path(target.data(), static_cast<std::size_t>(length));
    if (path.ends_with(replaced))
        path.resize(path.size() - replaced.size());
    return path;
}

std::vector<std::string> wordsOf(const Arguments& arguments, const std::string& path)
{
    std::vector<std::string> words{path,      "apply",  "--reconcile",
                                   "--quiet", "--wait", std::to_string(std::chrono::duration<double>(arguments.wait).count())};
    const auto add = [&](const char* option, const std::string& value) { words.insert(words.end(), {option, value}); };
    for (const std::string& profile : arguments.profiles)
        add("--profile", profile);
    if (!arguments.node.empty())
        add("--node", arguments.node);
    if (!arguments.textFile.empty())
        add("--textfile", arguments.textFile);
    return words;
}

/// Waits for its end. What it says goes where this process's words go; how it ended is the next run's matter.
Result<void> runAndWait(std::vector<std::string> words)
{
    std::vector<char*> pointers;
    for (std::string& word : words)
        pointers.push_back(word.data());
    pointers.push_back(nullptr);
    pid_t child = 0;
    if (const int problem = posix_spawn(&child, pointers.front(), nullptr, nullptr, pointers.data(), environ); problem != 0)
        return systemError(problem, "cannot be started", words.front());
    while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
    return {};
}

/// Lets go of pages that only the start needed: freed memory, and code, which the kernel reads again from its file where it is needed after all.
void releaseMemory()
{
    malloc_trim(0);
    const auto releaseCode = [](dl_phdr_info* object, std::size_t, void*) {
        for (int i = 0; i < object->dlpi_phnum; ++i) {
            const ElfW(Phdr)& part = object->dlpi_phdr[i];
            if (part.p_type != PT_LOAD || (part.p_flags & PF_W) != 0)
                continue;
            const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
            const std::uintptr_t start = (object->dlpi_addr + part.p_vaddr) & ~(page - 1);
            madvise(reinterpret_cast<void*>(start), object->dlpi_addr + part.p_vaddr + part.p_memsz - start, MADV_DONTNEED);
        }
        return 0;
    };
    dl_iterate_phdr(releaseCode, nullptr);
}

Result<void> watch(const Arguments& arguments)
{
    const Result<std::string> path = ownPath();
    if (!path)
        return tl::unexpected(path.error());
    const std::vector<std::string> words = wordsOf(arguments, *path);
    const auto reconcile = [&]() -> Result<void> {
        const bool none = !arguments.profilesGiven && access(arguments.profiles.front().c_str(), F_OK) != 0;
        return none ? Result<void>() : runAndWait(words);
    };
    Result<LinkEvents> events = LinkEvents::open();
    if (!events)
        return tl::unexpected(events.error());
    Result<void> done = reconcile();
    releaseMemory();
    while (done) {
        done = events->wait();
        for (Result<bool> more = true; done && more && *more; more = events->drain()) {
            done = reconcile();
            std::this_thread::sleep_for(pauseBetweenRuns);
        }
        if (done)
            done = reconcile(); // whoever takes addresses away may take down more after the last of them
    }
    return done;
}

} // namespace

ExitCode watchNode(const Arguments& arguments)
{
    const Result<void> ended = watch(arguments);
    return ended ? ExitCode::Failed : fail(arguments, "watch", ended.error());
}

} // namespace notrack
