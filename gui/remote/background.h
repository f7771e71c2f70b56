#pragma once

#include <QFutureWatcher>
#include <QObject>
#include <QtConcurrent>

#include <sys/resource.h>

#include <algorithm>
#include <utility>

namespace notrack::gui
{

/// Makes the calling thread, and what it starts from now on, give way to the thread of the window, however nice that one is itself: setpriority(2)
/// counts threads, not processes, on Linux. Where it fails, all threads are equal as before.
inline void lowerThreadPriority()
{
    constexpr int niceness = 5;
    constexpr int nicest = 19;
    setpriority(PRIO_PROCESS, 0, std::min(nicest, getpriority(PRIO_PROCESS, 0) + niceness));
}

/// Runs `work` in a thread of the pool and hands its result to `take` in the owner's thread. An owner that is gone by then gets nothing: Qt 6.4's
/// QFuture::then() wants its context to be there.
template <typename Work, typename Take>
void inBackground(QObject* owner, Work work, Take take)
{
    using Outcome = decltype(work());
    auto* watcher = new QFutureWatcher<Outcome>(owner);
    QObject::connect(watcher, &QFutureWatcher<Outcome>::finished, owner, [watcher, take = std::move(take)] {
        watcher->deleteLater();
        take(watcher->result());
    });
    watcher->setFuture(QtConcurrent::run(std::move(work)));
}

} // namespace notrack::gui
