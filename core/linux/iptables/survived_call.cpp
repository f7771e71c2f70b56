#include "core/linux/iptables/survived_call.h"

#include <csetjmp>
#include <csignal>

namespace notrack
{

namespace
{

thread_local sigjmp_buf* wayOut = nullptr;

/// abort() ends no process whose handler of SIGABRT does not return (C11 7.22.4.1, POSIX).
void leave(int)
{
    if (wayOut != nullptr)
        siglongjmp(*wayOut, 1);
}

} // namespace

bool survivesAbort(const std::function<void()>& call)
{
    struct sigaction action = {};
    struct sigaction former = {};
    action.sa_handler = leave;
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGABRT, &action, &former) != 0) {
        call();
        return true;
    }
    sigjmp_buf here;
    wayOut = &here;
    const bool survived = sigsetjmp(here, 1) == 0;
    if (survived)
        call();
    wayOut = nullptr;
    sigaction(SIGABRT, &former, nullptr);
    return survived;
}

} // namespace notrack
