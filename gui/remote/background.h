#pragma once

#include <sys/resource.h>

namespace notrack::gui
{

/// Makes the calling thread, and what it starts from now on, give way to the thread of the window: setpriority(2) counts threads, not
/// processes, on Linux. Where it fails, all threads are equal as before.
inline void lowerThreadPriority()
{
    constexpr int niceness = 5;
    setpriority(PRIO_PROCESS, 0, niceness);
}

} // namespace notrack::gui
