#include "core/linux/system/command_output.h"

#include "core/linux/system/file_descriptor.h"
#include "core/linux/system/system_error.h"

#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <poll.h>
#include <spawn.h>
#include <string_view>
#include <thread>

namespace notrack
{

namespace
{

using Clock = std::chrono::steady_clock;

constexpr std::size_t longestOutput = std::size_t{64} << 20U;
constexpr std::array<std::string_view, 6> directories{"/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/sbin", "/usr/local/bin"};

std::string findProgram(const std::string& name)
{
    for (const std::string_view directory : directories) {
        std::string path = std::string(directory) + "/" + name;
        if (access(path.c_str(), X_OK) == 0)
            return path;
    }
    return {};
}

/// A child leads a process group, and has no signal blocked or ignored that its parent has.
class SpawnAttributes
{
public:
    SpawnAttributes()
    {
        posix_spawnattr_init(&m_attributes);
        sigset_t none;
        sigemptyset(&none);
        posix_spawnattr_setsigmask(&m_attributes, &none);
        posix_spawnattr_setpgroup(&m_attributes, 0);
        posix_spawnattr_setflags(&m_attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
    }
    SpawnAttributes(const SpawnAttributes&) = delete;
    SpawnAttributes& operator=(const SpawnAttributes&) = delete;
    ~SpawnAttributes() { posix_spawnattr_destroy(&m_attributes); }

    const posix_spawnattr_t* get() const { return &m_attributes; }

private:
    posix_spawnattr_t m_attributes{};
};

/// What a child gets for its standard streams.
class Streams
{
public:
    explicit Streams(int output)
    {
        posix_spawn_file_actions_init(&m_actions);
        posix_spawn_file_actions_addopen(&m_actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&m_actions, output, STDOUT_FILENO);
        posix_spawn_file_actions_addopen(&m_actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    }
    Streams(const Streams&) = delete;
    Streams& operator=(const Streams&) = delete;
    ~Streams() { posix_spawn_file_actions_destroy(&m_actions); }

    const posix_spawn_file_actions_t* get() const { return &m_actions; }

private:
    posix_spawn_file_actions_t m_actions{};
};

Result<pid_t> start(const std::string& program, std::vector<std::string> words, int output)
{
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (std::string& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    std::string path = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    std::string locale = "LC_ALL=C";
    std::array<char*, 3> environment{path.data(), locale.data(), nullptr};
    const Streams streams(output);
    const SpawnAttributes attributes;
    pid_t child = 0;
    const int problem = posix_spawn(&child, program.c_str(), streams.get(), attributes.get(), arguments.data(), environment.data());
    if (problem != 0)
        return makeError(ErrorKind::Failed, std::string("cannot be started: ") + std::strerror(problem), program);
    return child;
}

/// Empty at the end of the output; otherwise why reading ended before it.
std::string readAll(int descriptor, ChildDeadline deadline, std::string& output)
{
    std::array<char, 65536> buffer{};
    while (true) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
        if (left <= 0)
            return "took too long; all programs together have 10 seconds";
        pollfd waiting{descriptor, POLLIN, 0};
        if (poll(&waiting, 1, static_cast<int>(left)) <= 0)
            continue;
        const ssize_t length = read(descriptor, buffer.data(), buffer.size());
        if (length < 0 && errno == EINTR)
            continue;
        if (length <= 0)
            return length == 0 ? "" : std::strerror(errno);
        output.append(buffer.data(), static_cast<std::size_t>(length));
        if (output.size() > longestOutput)
            return "printed more than 64 MiB";
    }
}

/// Waits for the end of a child that has closed its output; one that goes on all the same is ended at the deadline. Its status, or nothing.
std::optional<int> waitFor(pid_t child, ChildDeadline deadline)
{
    int status = 0;
    while (Clock::now() < deadline) {
        const pid_t done = waitpid(child, &status, WNOHANG);
        if (done == child)
            return status;
        if (done < 0 && errno != EINTR)
            return std::nullopt;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return std::nullopt;
}

void endGroup(pid_t child)
{
    kill(-child, SIGKILL);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
}

} // namespace

Result<std::string> runProgram(const std::string& program, const std::vector<std::string>& words, ChildDeadline deadline)
{
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
        return systemError(errno, "cannot make a pipe", program);
    const FileDescriptor reading(ends[0]);
    FileDescriptor writing(ends[1]);
    const Result<pid_t> child = start(program, words, writing.get());
    if (!child)
        return tl::unexpected(child.error());
    writing = FileDescriptor();
    std::string output;
    std::string problem = readAll(reading.get(), deadline, output);
    const std::optional<int> status = problem.empty() ? waitFor(*child, deadline) : std::nullopt;
    if (!status) {
        endGroup(*child);
        return makeError(ErrorKind::Failed, problem.empty() ? "did not end" : problem, program);
    }
    if (!WIFEXITED(*status) || WEXITSTATUS(*status) != 0)
        return makeError(ErrorKind::Failed, "failed", program);
    return output;
}

Result<std::string> runCommand(const std::vector<std::string>& words, ChildDeadline deadline)
{
    const std::string program = findProgram(words.front());
    if (program.empty())
        return makeError(ErrorKind::NoBackend, "is not installed", words.front());
    return runProgram(program, words, deadline);
}

} // namespace notrack
