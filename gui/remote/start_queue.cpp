#include "gui/remote/start_queue.h"

#include <algorithm>

namespace notrack::gui
{

StartQueue::StartQueue(int slotCount, QObject* parent) : QObject(parent), m_slotCount(std::max(1, slotCount)), m_timer(this)
{
    m_timer.setSingleShot(true);
    m_timer.setInterval(0);
    connect(&m_timer, &QTimer::timeout, this, &StartQueue::grantNext);
}

void StartQueue::setSlotCount(int slotCount)
{
    m_slotCount = std::max(1, slotCount);
    schedule();
}

void StartQueue::request(const QString& node)
{
    if (m_held.contains(node) || std::find(m_waiting.begin(), m_waiting.end(), node) != m_waiting.end()) {
        return;
    }
    m_waiting.push_back(node);
    schedule();
}

void StartQueue::release(const QString& node)
{
    if (m_held.remove(node)) {
        schedule();
        return;
    }
    m_waiting.erase(std::remove(m_waiting.begin(), m_waiting.end(), node), m_waiting.end());
}

void StartQueue::grantNext()
{
    if (m_waiting.empty() || m_held.size() >= m_slotCount) {
        return;
    }
    const QString node = m_waiting.front();
    m_waiting.pop_front();
    m_held.insert(node);
    emit granted(node);
    schedule();
}

void StartQueue::schedule()
{
    if (!m_waiting.empty() && m_held.size() < m_slotCount && !m_timer.isActive()) {
        m_timer.start();
    }
}

} // namespace notrack::gui
