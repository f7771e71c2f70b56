#include "gui/remote/process_starter.h"

#include "gui/remote/background.h"

#include <utility>

namespace notrack::gui
{

ProcessStarter::ProcessStarter() : m_worker(new QObject)
{
    m_worker->moveToThread(&m_thread);
    QObject::connect(&m_thread, &QThread::started, m_worker, &lowerThreadPriority);
    QObject::connect(&m_thread, &QThread::finished, m_worker, &QObject::deleteLater);
    m_thread.start();
}

ProcessStarter::~ProcessStarter()
{
    m_thread.quit();
    m_thread.wait();
}

void ProcessStarter::start(QProcess* process, std::function<void()> started)
{
    QThread* home = process->thread();
    process->moveToThread(&m_thread);
    QMetaObject::invokeMethod(m_worker, [process, home, started = std::move(started)] {
        process->start();
        process->moveToThread(home);
        QMetaObject::invokeMethod(process, started, Qt::QueuedConnection);
    });
}

void ProcessStarter::wait()
{
    QMetaObject::invokeMethod(
        m_worker, [] {}, Qt::BlockingQueuedConnection);
}

} // namespace notrack::gui
