#pragma once

#include <QObject>
#include <QSet>
#include <QString>
#include <QTimer>

#include <deque>

namespace notrack::gui
{

/// Hands out a bounded number of slots, in order, one in a turn of the event loop.
class StartQueue : public QObject
{
    Q_OBJECT

public:
    StartQueue(int slotCount, QObject* parent);

    void setSlotCount(int slotCount);
    /// Queues `node` unless it waits or holds a slot already.
    void request(const QString& node);
    /// Gives back the slot, or the place in the line.
    void release(const QString& node);
    qsizetype held() const { return m_held.size(); }

signals:
    void granted(const QString& node);

private:
    void grantNext();
    void schedule();

    int m_slotCount;
    QSet<QString> m_held;
    std::deque<QString> m_waiting;
    QTimer m_timer;
};

} // namespace notrack::gui
