#include "gui/remote/fleet_connection.h"

#include <QElapsedTimer>

#include <utility>

namespace notrack::gui
{

namespace
{

/// What one delivery may take of the event loop, and the pause to the next: below a frame of 60 Hz, and a quarter at most.
constexpr qint64 deliveryBudget = 6;
constexpr int deliveryPause = 25;
constexpr std::size_t deliveryBatch = 8;

} // namespace

FleetConnection::FleetConnection(ConnectionSettings settings, ChannelFactory makeChannel, QObject* parent)
    : QObject(parent), m_starts(settings.startLimit, this), m_interactiveStarts(1, this), m_parser(this), m_delivery(this)
{
    m_surroundings.settings = std::move(settings);
    m_surroundings.makeChannel = std::move(makeChannel);
    m_surroundings.starts = &m_starts;
    m_surroundings.interactiveStarts = &m_interactiveStarts;
    connect(&m_starts, &StartQueue::granted, this, &FleetConnection::startSession);
    connect(&m_interactiveStarts, &StartQueue::granted, this, &FleetConnection::startSession);
    m_delivery.setSingleShot(true);
    m_delivery.setInterval(deliveryPause);
    connect(&m_delivery, &QTimer::timeout, this, &FleetConnection::deliver);
    connect(&m_parser, &ReportParser::resultsReady, &m_delivery, qOverload<>(&QTimer::start), Qt::QueuedConnection);
}

void FleetConnection::setNodes(const std::vector<NodeEntry>& nodes)
{
    const bool poll = nodes.size() > static_cast<std::size_t>(settings().streamLimit);
    m_surroundings.reporting = poll ? Reporting::Poll : Reporting::Stream;
    m_starts.setSlotCount(poll ? settings().pollPool : settings().startLimit);
    QHash<QString, NodeSession*> gone = std::exchange(m_sessions, {});
    for (const NodeEntry& entry : nodes) {
        NodeSession* known = gone.value(entry.name);
        if (known != nullptr && known->entry() == entry) {
            gone.remove(entry.name);
            m_sessions.insert(entry.name, known);
        } else {
            if (known != nullptr) {
                gone.remove(entry.name);
                known->pause();
                delete known;
            }
            addSession(entry);
        }
    }
    for (NodeSession* session : qAsConst(gone)) {
        session->pause();
        delete session;
    }
}

void FleetConnection::addSession(const NodeEntry& entry)
{
    auto* session = new NodeSession(entry, m_surroundings, this);
    const QString node = entry.name;
    m_sessions.insert(node, session);
    connect(session, &NodeSession::stateChanged, this, [this, session] { emit linkChanged(session->entry().name, session->state()); });
    connect(session, &NodeSession::logged, this, [this, session](const QString& line) { emit logged(session->entry().name, line); });
    connect(session, &NodeSession::documentArrived, this, [this, session](const ArrivedDocument& document) {
        if (!m_parser.submit(session->entry().name, document)) {
            emit logged(session->entry().name, tr("a report was dropped: the viewer is behind"));
        }
    });
    session->connectNow(Interaction::Batch);
}

void FleetConnection::setSettings(const ConnectionSettings& settings)
{
    m_surroundings.settings = settings;
    m_starts.setSlotCount(m_surroundings.reporting == Reporting::Poll ? settings.pollPool : settings.startLimit);
}

void FleetConnection::reconnect(const QString& node)
{
    if (NodeSession* session = m_sessions.value(node)) {
        session->connectNow(Interaction::Batch);
    }
}

void FleetConnection::connectInteractively(const QString& node)
{
    if (NodeSession* session = m_sessions.value(node)) {
        session->connectNow(Interaction::Interactive);
    }
}

void FleetConnection::pause(const QString& node)
{
    if (NodeSession* session = m_sessions.value(node)) {
        session->pause();
    }
}

void FleetConnection::startSession(const QString& node)
{
    if (NodeSession* session = m_sessions.value(node)) {
        session->start();
    }
}

void FleetConnection::deliver()
{
    QElapsedTimer spent;
    spent.start();
    while (spent.elapsed() < deliveryBudget) {
        const auto results = m_parser.take(deliveryBatch);
        if (results.empty()) {
            return;
        }
        for (const auto& [node, received] : results) {
            NodeSession* session = m_sessions.value(node);
            if (session != nullptr && session->takeReport(received)) {
                emit reportArrived(node, received);
            }
        }
    }
    m_delivery.start();
}

} // namespace notrack::gui
