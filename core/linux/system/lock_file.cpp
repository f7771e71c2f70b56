#include "core/linux/system/lock_file.h"

#include "core/base/text_lines.h"
#include "core/linux/system/system_error.h"
#include "core/linux/system/text_file.h"

#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <string>
#include <utility>

namespace notrack
{

namespace
{

/// Ends the calling thread's system call at a deadline, and again every few milliseconds after it, should the first one come too early. One
/// flock waits all the time until then: each call that is ended gives up its place in the kernel's queue.
class Deadline
{
public:
    explicit Deadline(std::chrono::milliseconds wait)
    {
        struct sigaction action = {};
        action.sa_handler = [](int) {};
        sigemptyset(&action.sa_mask);
        sigaction(SIGALRM, &action, &m_formerAction); // no SA_RESTART: flock returns EINTR
        sigset_t alarm;
        sigemptyset(&alarm);
        sigaddset(&alarm, SIGALRM);
        pthread_sigmask(SIG_UNBLOCK, &alarm, &m_formerMask); // a parent may have blocked it
        sigevent event = {};
        event.sigev_notify = SIGEV_THREAD_ID;
        event.sigev_signo = SIGALRM;
        event._sigev_un._tid = static_cast<pid_t>(syscall(SYS_gettid));
        m_armed = timer_create(CLOCK_MONOTONIC, &event, &m_timer) == 0;
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(wait);
        const auto nanoseconds = std::chrono::duration_cast<std::chrono::nanoseconds>(wait - seconds);
        const itimerspec times{{0, 20'000'000}, {seconds.count(), std::max<long>(nanoseconds.count(), 1)}};
        if (m_armed)
            timer_settime(m_timer, 0, &times, nullptr);
    }

    ~Deadline()
    {
        if (m_armed)
            timer_delete(m_timer);
        pthread_sigmask(SIG_SETMASK, &m_formerMask, nullptr);
        sigaction(SIGALRM, &m_formerAction, nullptr);
    }

    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;

    bool armed() const { return m_armed; }

private:
    struct sigaction m_formerAction = {};
    sigset_t m_formerMask = {};
    timer_t m_timer = {};
    bool m_armed = false;
};

/// 0, or the errno that ended the attempt; EWOULDBLOCK when the time is over.
int lockWithin(int file, std::chrono::milliseconds wait)
{
    if (flock(file, LOCK_EX | LOCK_NB) == 0)
        return 0;
    if (errno != EWOULDBLOCK || wait.count() <= 0)
        return errno;
    const auto deadline = std::chrono::steady_clock::now() + wait;
    const Deadline alarm(wait);
    if (!alarm.armed())
        return EWOULDBLOCK;
    while (std::chrono::steady_clock::now() < deadline) {
        if (flock(file, LOCK_EX) == 0)
            return 0;
        if (errno != EINTR)
            return errno;
    }
    return EWOULDBLOCK;
}

std::string inSeconds(std::chrono::milliseconds duration)
{
    const std::string text = std::to_string(static_cast<double>(duration.count()) / 1000);
    return text.substr(0, text.find('.') + 2) + " s";
}

} // namespace

Result<LockFile> takeLockFile(const std::string& path, const std::string& what, std::chrono::milliseconds wait, Links links)
{
    const int follow = links == Links::Follow ? 0 : O_NOFOLLOW;
    FileDescriptor file(open(path.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK | follow, 0600));
    if (!file.valid() && errno == ELOOP)
        return makeError(ErrorKind::Failed, "the " + what + " file is a symbolic link, which it must not be; remove it", path);
    if (!file.valid())
        return systemError(errno, "the " + what + " file cannot be opened", path);
    struct stat status = {};
    if (fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode))
        return makeError(ErrorKind::Failed, "the " + what + " file is no regular file; remove what is there", path);
    const int problem = lockWithin(file.get(), wait);
    if (problem == EWOULDBLOCK)
        return makeError(ErrorKind::Busy, "another program holds the " + what + "; waited " + inSeconds(wait) + ", --wait makes it longer",
                         path);
    if (problem != 0)
        return makeError(ErrorKind::Failed, "the " + what + " cannot be taken: " + std::strerror(problem), path);
    return LockFile(std::move(file));
}

bool isLockFileHeld(const std::string& path)
{
    struct stat status = {};
    if (stat(path.c_str(), &status) != 0)
        return false;
    std::array<char, 64> file{};
    std::snprintf(file.data(), file.size(), "%02x:%02x:%ju", major(status.st_dev), minor(status.st_dev), std::uintmax_t{status.st_ino});
    bool held = false;
    const Result<void> read = readLines("/proc/locks", [&](std::string_view line) {
        const std::vector<std::string_view> words = splitWords(line); // 1: FLOCK ADVISORY WRITE PID MAJOR:MINOR:INODE 0 EOF; "1: ->" waits
        held = held || (words.size() > 5 && words[1] == "FLOCK" && words[5] == file.data());
    });
    return read && held;
}

void outliveSignals()
{
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGHUP, SIGINT, SIGTERM})
        sigaddset(&signals, signal);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

} // namespace notrack
