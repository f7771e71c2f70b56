#include "core/linux/system/lock_file.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <string>
#include <utility>

namespace notrack
{

namespace
{

/// Interrupts the calling thread's system calls again and again, so that a blocking flock can look at the clock. Waiting in
/// flock keeps our place in the queue, which polling would not.
class RepeatedInterruption
{
public:
    RepeatedInterruption()
    {
        struct sigaction action = {};
        action.sa_handler = [](int) {};
        sigemptyset(&action.sa_mask);
        sigaction(SIGALRM, &action, &m_former); // no SA_RESTART: flock returns EINTR
        sigevent event = {};
        event.sigev_notify = SIGEV_SIGNAL;
        event.sigev_signo = SIGALRM;
        m_armed = timer_create(CLOCK_MONOTONIC, &event, &m_timer) == 0;
        const itimerspec period{{0, 20'000'000}, {0, 20'000'000}};
        if (m_armed)
            timer_settime(m_timer, 0, &period, nullptr);
    }

    ~RepeatedInterruption()
    {
        if (m_armed)
            timer_delete(m_timer);
        sigaction(SIGALRM, &m_former, nullptr);
    }

    RepeatedInterruption(const RepeatedInterruption&) = delete;
    RepeatedInterruption& operator=(const RepeatedInterruption&) = delete;

    bool armed() const { return m_armed; }

private:
    struct sigaction m_former = {};
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
    const RepeatedInterruption interruption;
    if (!interruption.armed())
        return EWOULDBLOCK;
    while (std::chrono::steady_clock::now() < deadline) {
        if (flock(file, LOCK_EX) == 0)
            return 0;
        if (errno != EINTR)
            return errno;
    }
    return EWOULDBLOCK;
}

/// From the first lock on a run ends by itself, which takes seconds: what follows is a commit, and the probe that may have to
/// take it back. Waiting for the lock can still be interrupted.
void keepSignalsUntilTheEnd()
{
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGHUP, SIGINT, SIGTERM})
        sigaddset(&signals, signal);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

std::string inSeconds(std::chrono::milliseconds duration)
{
    const std::string text = std::to_string(static_cast<double>(duration.count()) / 1000);
    return text.substr(0, text.find('.') + 2) + " s";
}

} // namespace

Result<LockFile> takeLockFile(const std::string& path, const std::string& what, std::chrono::milliseconds wait)
{
    FileDescriptor file(open(path.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file.valid()) {
        const int number = errno;
        return makeError(number == EACCES || number == EPERM ? ErrorKind::NotPermitted : ErrorKind::Failed,
                         "the " + what + " file cannot be opened: " + std::strerror(number), path);
    }
    const int problem = lockWithin(file.get(), wait);
    if (problem == EWOULDBLOCK)
        return makeError(ErrorKind::Busy, "another program holds the " + what + "; waited " + inSeconds(wait) + ", --wait makes it longer",
                         path);
    if (problem != 0)
        return makeError(ErrorKind::Failed, "the " + what + " cannot be taken: " + std::strerror(problem), path);
    keepSignalsUntilTheEnd();
    return LockFile(std::move(file));
}

} // namespace notrack
