#pragma once

#include <QObject>
#include <QProcess>
#include <QThread>

#include <functional>

namespace notrack::gui
{

/// Starts processes in a thread of its own, since a start suspends the thread that makes it until the child has got a core and has run
/// exec. The thread, and with it every child, has a lower priority than the window's: hundreds of ssh that shake hands leave that a core.
class ProcessStarter
{
public:
    ProcessStarter();
    ~ProcessStarter();
    ProcessStarter(const ProcessStarter&) = delete;
    ProcessStarter& operator=(const ProcessStarter&) = delete;

    /// Starts `process`, which has no parent, and calls `started` in the thread it came from, where it lives again by then. In between
    /// nobody may touch or delete it.
    void start(QProcess* process, std::function<void()> started);
    /// Waits until every process handed in so far lives in its own thread again.
    void wait();

private:
    QThread m_thread;
    QObject* m_worker; ///< lives in m_thread
};

} // namespace notrack::gui
