#pragma once

#include <QObject>

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

namespace notrack::gui
{

/// How many threads of inStrayThread() are at work. While there are any, the program must end by _Exit(): they still use what exit() takes down.
inline std::atomic<int> strayThreads = 0;

/// As inBackground(), for work that may wait for ever, as the files of a mount that does not answer make it. Nobody waits for its thread, neither
/// when the owner goes nor when the program ends.
template <typename Work, typename Take>
void inStrayThread(QObject* owner, Work work, Take take)
{
    struct Receiver
    {
        std::mutex mutex;
        QObject* owner;
    };
    auto receiver = std::make_shared<Receiver>();
    receiver->owner = owner;
    QObject::connect(owner, &QObject::destroyed, [receiver] {
        const std::lock_guard lock(receiver->mutex);
        receiver->owner = nullptr;
    });
    ++strayThreads;
    std::thread([receiver, work = std::move(work), take = std::move(take)] {
        auto outcome = work();
        {
            const std::lock_guard lock(receiver->mutex);
            if (receiver->owner != nullptr) {
                QMetaObject::invokeMethod(
                    receiver->owner, [take, outcome = std::move(outcome)] { take(outcome); }, Qt::QueuedConnection);
            }
        }
        --strayThreads;
    }).detach();
}

} // namespace notrack::gui
