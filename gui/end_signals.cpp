#include "gui/end_signals.h"

#include <QSocketNotifier>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

namespace notrack::gui
{

namespace
{

constexpr std::array endingSignals{SIGHUP, SIGINT, SIGTERM};

/// A signal handler may write into a pipe and not much else; -1 without one.
std::array<int, 2> pipeEnds{-1, -1};

void wake(int /*signal*/)
{
    const int before = errno;
    const char byte = 0;
    [[maybe_unused]] const ssize_t written = write(pipeEnds[1], &byte, 1);
    errno = before;
}

} // namespace

EndSignals::EndSignals(std::function<void()> end)
{
    if (pipe2(pipeEnds.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
        return; // the signals end the program at once, as if nobody had asked
    }
    auto* notifier = new QSocketNotifier(pipeEnds[0], QSocketNotifier::Read, this);
    connect(notifier, &QSocketNotifier::activated, this, [notifier, end = std::move(end)] {
        notifier->setEnabled(false); // once is enough
        end();
    });
    struct sigaction action = {};
    action.sa_handler = wake;
    action.sa_flags = SA_RESTART;
    for (const int signal : endingSignals) {
        struct sigaction before = {};
        if (sigaction(signal, nullptr, &before) == 0 && before.sa_handler != SIG_IGN) { // nohup
            sigaction(signal, &action, nullptr);
        }
    }
}

EndSignals::~EndSignals()
{
    for (const int signal : endingSignals) {
        std::signal(signal, SIG_DFL);
    }
    for (int& end : pipeEnds) {
        if (end >= 0) {
            close(std::exchange(end, -1));
        }
    }
}

} // namespace notrack::gui
