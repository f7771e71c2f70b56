#include "gui/remote/node_session.h"

#include "gui/remote/back_off.h"

#include <utility>

namespace notrack::gui
{

namespace
{

constexpr int connectLimit = 60'000;
constexpr int interactiveLimit = 300'000;
constexpr int shortestSilence = 30'000;
constexpr qsizetype mostLastWords = 4096;

} // namespace

NodeSession::NodeSession(NodeEntry entry, const SessionSurroundings& surroundings, QObject* parent)
    : QObject(parent), m_entry(std::move(entry)), m_surroundings(surroundings), m_timer(this)
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &NodeSession::handleTimeout);
}

NodeSession::~NodeSession()
{
    dropChannel();
}

StartQueue* NodeSession::queue() const
{
    return m_interaction == Interaction::Batch ? m_surroundings.starts : m_surroundings.interactiveStarts;
}

void NodeSession::setState(LinkState state)
{
    if (state == m_state) {
        return;
    }
    m_state = std::move(state);
    emit stateChanged();
}

void NodeSession::connectNow(Interaction interaction)
{
    dropChannel();
    m_interaction = interaction;
    m_attempt = 0;
    setState({LinkPhase::Queued, m_state.problem, m_state.reason, 0});
    emit logged(interaction == Interaction::Batch ? tr("connecting") : tr("connecting; ssh may ask"));
    queue()->request(m_entry.name);
}

void NodeSession::pause()
{
    dropChannel();
    setState({LinkPhase::Paused, LinkProblem::None, {}, 0});
    emit logged(tr("paused"));
}

void NodeSession::queueUp()
{
    if (m_state.phase != LinkPhase::Live) {
        setState({LinkPhase::Queued, m_state.problem, m_state.reason, 0});
    }
    queue()->request(m_entry.name);
}

void NodeSession::start()
{
    if (m_state.phase == LinkPhase::Paused) {
        releaseSlot();
        return;
    }
    ++m_run;
    m_reader = {};
    m_lastWords.clear();
    m_unfinishedLine.clear();
    m_lastLogged.clear();
    m_arrived = false;
    if (m_state.phase != LinkPhase::Live) {
        setState({LinkPhase::Connecting, m_state.problem, m_state.reason, 0});
    }
    m_channel = m_surroundings.makeChannel(parent()); // it may outlive this session while its process ends
    connect(m_channel, &Channel::output, this, &NodeSession::readOutput);
    connect(m_channel, &Channel::diagnostics, this, &NodeSession::readDiagnostics);
    connect(m_channel, &Channel::finished, this, &NodeSession::handleEnd);
    m_timer.start(m_interaction == Interaction::Batch ? connectLimit : interactiveLimit);
    m_command = buildCommand(m_entry, m_surroundings.settings, m_interaction);
    m_channel->start(m_command);
}

void NodeSession::releaseSlot()
{
    queue()->release(m_entry.name);
}

bool NodeSession::polls() const
{
    return m_surroundings.reporting == Reporting::Poll && m_interaction == Interaction::Batch;
}

void NodeSession::endPoll()
{
    m_timer.stop();
    Channel* channel = std::exchange(m_channel, nullptr);
    channel->disconnect(this);
    // The slot counts processes: it is held until this one has ended.
    connect(channel, &QObject::destroyed, this, [this, run = m_run] {
        if (run == m_run) {
            releaseSlot();
            m_timer.start(1000 * m_surroundings.settings.interval);
        }
    });
    channel->retire();
    const qint64 now = steadyNow();
    if (const qint64 last = std::exchange(m_lastPoll, now); last != 0) {
        emit polledAgain(now - last);
    }
}

void NodeSession::dropChannel()
{
    m_timer.stop();
    releaseSlot();
    m_lastPoll = 0;
    ++m_run;
    if (m_channel != nullptr) {
        m_channel->disconnect(this);
        std::exchange(m_channel, nullptr)->retire();
    }
}

void NodeSession::readOutput(const QByteArray& bytes)
{
    std::vector<QByteArray> documents = m_reader.read(bytes, steadyNow());
    if (!documents.empty()) {
        m_arrived = true;
        // Only the latest counts; a node that floods costs one reading a burst.
        emit documentArrived({std::move(documents.back()), m_run, steadyNow(), QDateTime::currentDateTimeUtc()});
    }
    if (m_reader.failure()) {
        fail({LinkPhase::Waiting, LinkProblem::BadReport, *m_reader.failure(), 0});
    } else if (m_arrived && polls()) {
        endPoll();
    }
}

void NodeSession::readDiagnostics(const QByteArray& bytes)
{
    const qsizetype kept = m_lastWords.size();
    m_lastWords = (m_lastWords + bytes).right(mostLastWords);
    if (kept >= mostLastWords) {
        return; // it has said enough for the log
    }
    m_unfinishedLine += bytes.left(mostLastWords);
    QList<QByteArray> lines = m_unfinishedLine.split('\n');
    m_unfinishedLine = lines.takeLast().right(mostLastWords);
    for (const QByteArray& line : std::as_const(lines)) {
        logLine(line);
    }
}

void NodeSession::logLine(const QByteArray& line)
{
    const QString shown = safeLine(QString::fromUtf8(line));
    if (!shown.isEmpty()) {
        m_lastLogged = shown;
        emit logged(shown);
    }
}

QString NodeSession::objectionToClaim(const QString& claimed) const
{
    if (!m_claimedName.isEmpty() && claimed != m_claimedName) {
        return tr("it says that it is \"%1\", and was \"%2\" before").arg(safeLine(claimed, 64), safeLine(m_claimedName, 64));
    }
    const auto other = m_surroundings.hosts.constFind(shortName(claimed));
    const bool own = m_entry.local || shortName(claimed) == shortName(m_entry.name);
    if (!own && other != m_surroundings.hosts.constEnd() && *other != m_entry.host) {
        return tr("it says that it is \"%1\", which is another node").arg(safeLine(claimed, 64));
    }
    return {};
}

bool NodeSession::takeReport(const ReceivedReport& received)
{
    if (received.document.run != m_run) {
        return false;
    }
    if (!received.report) {
        fail({LinkPhase::Waiting, LinkProblem::BadReport, safeLine(received.problem), 0});
        return false;
    }
    const QString claimed = QString::fromStdString(received.report->node);
    if (const QString objection = objectionToClaim(claimed); !objection.isEmpty()) {
        const bool renamed = !m_claimedName.isEmpty() && claimed != m_claimedName;
        fail({LinkPhase::Waiting, renamed ? LinkProblem::Renamed : LinkProblem::BadReport, objection, 0});
        return false;
    }
    m_claimedName = claimed;
    m_attempt = 0;
    m_needsPerson = m_needsPerson && m_interaction == Interaction::Interactive;
    if (m_state.phase != LinkPhase::Live) {
        emit logged(tr("connected"));
    }
    setState({LinkPhase::Live, LinkProblem::None, {}, 0});
    if (m_channel != nullptr) {
        releaseSlot();
        m_timer.start(std::max(shortestSilence, 6000 * m_surroundings.settings.interval));
    }
    return true;
}

void NodeSession::handleEnd(const ChannelEnd& end)
{
    std::exchange(m_channel, nullptr)->deleteLater();
    logLine(std::exchange(m_unfinishedLine, {}));
    fail(judgeEnd(end, QString::fromUtf8(m_lastWords), m_arrived));
}

void NodeSession::handleTimeout()
{
    switch (m_state.phase) {
    case LinkPhase::Waiting:
        queueUp();
        return;
    case LinkPhase::Live:
        if (m_channel == nullptr) {
            queueUp();
            return;
        }
        fail({LinkPhase::Waiting, LinkProblem::Unreachable, tr("it went silent"), 0});
        return;
    case LinkPhase::Connecting:
        if (m_channel == nullptr) { // a poll whose report is not read yet
            queueUp();
            return;
        }
        fail({LinkPhase::Waiting, LinkProblem::Unreachable, tr("no report came in time"), 0});
        return;
    case LinkPhase::Paused:
    case LinkPhase::Queued:
    case LinkPhase::NeedsPerson:
        return;
    }
}

void NodeSession::fail(LinkState state)
{
    dropChannel();
    m_needsPerson = m_needsPerson || state.problem == LinkProblem::Authentication;
    if (m_needsPerson && m_interaction == Interaction::Interactive && state.phase == LinkPhase::Waiting) {
        state.phase = LinkPhase::NeedsPerson; // an attempt without a person would end at the door, and cover up this reason
    }
    m_interaction = Interaction::Batch;
    if (state.reason != m_lastLogged) { // else ssh has said so itself
        emit logged(state.reason);
    }
    if (state.phase == LinkPhase::Waiting) {
        const auto pause = backOff(++m_attempt, *QRandomGenerator::global());
        state.retryAt = steadyNow() + pause.count();
        m_timer.start(pause);
    }
    setState(std::move(state));
}

} // namespace notrack::gui
