#include "headless/watch.h"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <csignal>

namespace notrack
{

namespace
{

bool isPipeOrSocket(int file)
{
    struct stat status = {};
    return fstat(file, &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode));
}

/// Takes what somebody writes to stdin, which means nothing to us. False at its end.
bool drain(int file)
{
    std::array<char, 4096> ignored{};
    return read(file, ignored.data(), ignored.size()) > 0;
}

/// Waits for the moment of the next report; false when one of the two ends of our pipes is gone before.
bool waitUntil(std::chrono::steady_clock::time_point next, bool watchInput)
{
    while (true) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - std::chrono::steady_clock::now());
        if (left.count() <= 0)
            return true;
        std::array<pollfd, 2> files{{{STDOUT_FILENO, 0, 0}, {watchInput ? STDIN_FILENO : -1, POLLIN, 0}}};
        if (poll(files.data(), files.size(), static_cast<int>(left.count())) <= 0)
            continue;
        if ((files[0].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0)
            return false;
        if (files[1].revents != 0 && !drain(STDIN_FILENO))
            return false;
    }
}

} // namespace

void repeatWhileRead(std::chrono::milliseconds interval, const std::function<bool()>& report)
{
    std::signal(SIGPIPE, SIG_IGN);
    const bool watchInput = isPipeOrSocket(STDIN_FILENO);
    auto next = std::chrono::steady_clock::now();
    do {
        if (!report())
            return;
        next = std::max(next + interval, std::chrono::steady_clock::now());
    } while (waitUntil(next, watchInput));
}

} // namespace notrack
