#include "gui/remote/fleet_connection.h"

#include <QElapsedTimer>

#include <algorithm>
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
    : QObject(parent), m_starts(settings.startLimit, this), m_interactiveStarts(1, this), m_doctors(m_surroundings, this), m_parser(this),
      m_delivery(this)
{
    m_surroundings.settings = std::move(settings);
    m_surroundings.makeChannel = std::move(makeChannel);
    m_surroundings.starts = &m_starts;
    m_surroundings.interactiveStarts = &m_interactiveStarts;
    connect(&m_starts, &StartQueue::granted, this, &FleetConnection::startSession);
    connect(&m_interactiveStarts, &StartQueue::granted, this, &FleetConnection::startSession);
    connect(&m_doctors, &DoctorVisits::changed, this, &FleetConnection::doctorChanged);
    m_delivery.setSingleShot(true);
    m_delivery.setInterval(deliveryPause);
    connect(&m_delivery, &QTimer::timeout, this, &FleetConnection::deliver);
    connect(&m_parser, &ReportParser::resultsReady, &m_delivery, qOverload<>(&QTimer::start), Qt::QueuedConnection);
}

FleetConnection::~FleetConnection()
{
    qDeleteAll(m_sessions); // while the queues that they give their slots back to are there
}

void FleetConnection::setNodes(const std::vector<NodeEntry>& nodes)
{
    m_surroundings.hosts.clear();
    for (const NodeEntry& entry : nodes) {
        if (!entry.captured) {
            m_surroundings.hosts.insert(shortName(entry.name), entry.host);
        }
    }
    QHash<QString, NodeSession*> gone = std::exchange(m_sessions, {});
    for (const NodeEntry& entry : nodes) {
        if (entry.captured) {
            continue;
        }
        NodeSession* known = gone.value(entry.name);
        const bool sameWay = known != nullptr && buildCommand(known->entry(), settings(), Interaction::Batch) ==
                                                     buildCommand(entry, settings(), Interaction::Batch);
        if (sameWay) {
            known->setEntry(entry);
            gone.remove(entry.name);
            m_sessions.insert(entry.name, known);
        } else {
            if (known != nullptr) {
                gone.remove(entry.name);
                delete known;
            }
            addSession(entry);
        }
    }
    qDeleteAll(gone);
    m_doctors.keepOnly(nodes);
    setSlots();
}

void FleetConnection::setSlots()
{
    constexpr double guessedPoll = 1000; // until a round was measured
    const auto nodes = m_sessions.size();
    const bool poll = nodes > settings().streamLimit;
    m_surroundings.reporting = poll ? Reporting::Poll : Reporting::Stream;
    m_starts.setSlotCount(poll ? settings().pollPool : settings().startLimit);
    m_round = 1000.0 * settings().interval + guessedPoll * static_cast<double>(nodes) / settings().pollPool;
}

qint64 FleetConnection::usualPause() const
{
    const qint64 interval = qint64{1000} * settings().interval;
    return m_surroundings.reporting == Reporting::Poll ? std::max(interval, static_cast<qint64>(m_round)) : interval;
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
    connect(session, &NodeSession::polledAgain, this, [this](qint64 pause) {
        constexpr double weight = 1.0 / 32;
        m_round += weight * (static_cast<double>(pause) - m_round);
    });
    session->connectNow(Interaction::Batch);
}

void FleetConnection::setSettings(const ConnectionSettings& settings)
{
    m_surroundings.settings = settings;
    setSlots();
}

void FleetConnection::reconnect(const QString& node)
{
    if (NodeSession* session = m_sessions.value(node)) {
        session->connectNow(Interaction::Batch);
    }
}

void FleetConnection::connectInteractively(const QString& node)
{
    NodeSession* session = m_sessions.value(node);
    if (session != nullptr && session->state().phase != LinkPhase::Live) {
        session->connectNow(Interaction::Interactive);
    }
}

void FleetConnection::acceptName(const QString& node)
{
    if (NodeSession* session = m_sessions.value(node)) {
        session->forgetName();
        session->connectNow(Interaction::Batch);
    }
}

void FleetConnection::reconnectChanged()
{
    for (NodeSession* session : std::as_const(m_sessions)) {
        const LinkState& state = session->state();
        const bool covered = session->waitsForPerson() && state.problem != LinkProblem::Authentication;
        if (state.phase == LinkPhase::Paused || session->isHeldByPerson() || covered) {
            continue;
        }
        if (state.phase != LinkPhase::Live || buildCommand(session->entry(), settings(), Interaction::Batch) != session->command()) {
            session->connectNow(Interaction::Batch);
        }
    }
}

void FleetConnection::pause(const QString& node)
{
    if (NodeSession* session = m_sessions.value(node)) {
        session->pause();
    }
}

void FleetConnection::askDoctor(const QString& node)
{
    if (const NodeSession* session = m_sessions.value(node)) {
        m_doctors.ask(session->entry());
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
