#pragma once

#include "gui/remote/document_reader.h"
#include "gui/remote/link_state.h"
#include "gui/remote/received_report.h"
#include "gui/remote/start_queue.h"

#include <QObject>
#include <QTimer>

namespace notrack::gui
{

/// Whether a connection stays, or ends with the first report until it is this node's turn again.
enum class Reporting { Stream, Poll };

/// What the sessions of a fleet have in common.
struct SessionSurroundings
{
    ConnectionSettings settings;
    ChannelFactory makeChannel;
    Reporting reporting = Reporting::Stream;
    StartQueue* starts = nullptr;            ///< for batch connections
    StartQueue* interactiveStarts = nullptr; ///< one slot: questions come one at a time
    QHash<QString, QString> hosts;           ///< of all nodes by shortName()
};

/// The connection to one node, from its turn in the queue to the next attempt after a failure.
class NodeSession : public QObject
{
    Q_OBJECT

public:
    NodeSession(NodeEntry entry, const SessionSurroundings& surroundings, QObject* parent);
    ~NodeSession() override;

    const NodeEntry& entry() const { return m_entry; }
    const LinkState& state() const { return m_state; }

    /// Connects now, whatever the phase.
    void connectNow(Interaction interaction);
    void pause();
    /// The inventory says more about the node, and nothing else about the way to it.
    void setEntry(NodeEntry entry) { m_entry = std::move(entry); }
    /// Whether a person let this connection in: another one would have to be let in again.
    bool isHeldByPerson() const { return m_channel != nullptr && m_interaction == Interaction::Interactive; }
    /// Whether what a person should know stands there, which an attempt without that person would only cover up.
    bool waitsForPerson() const { return m_needsPerson && m_state.phase == LinkPhase::NeedsPerson; }
    /// The command of the last attempt.
    const Command& command() const { return m_command; }
    /// The name that the node gives itself may be another one from now on.
    void forgetName() { m_claimedName.clear(); }
    /// The queue says that it is this node's turn.
    void start();
    /// The answer to a document of run `run`, read; those of an earlier run are dropped. Gives whether it was accepted.
    bool takeReport(const ReceivedReport& received);

signals:
    void stateChanged();
    void documentArrived(const notrack::gui::ArrivedDocument& document);
    void logged(const QString& line);
    /// `milliseconds` after the poll before it.
    void polledAgain(qint64 milliseconds);

private:
    void setState(LinkState state);
    void queueUp();
    void dropChannel();
    void releaseSlot();
    bool polls() const;
    void endPoll();
    void readOutput(const QByteArray& bytes);
    void readDiagnostics(const QByteArray& bytes);
    void logLine(const QByteArray& line);
    void handleEnd(const ChannelEnd& end);
    void handleTimeout();
    void fail(LinkState state);
    StartQueue* queue() const;
    /// Why a report under that name cannot be this node's; empty when it can.
    QString objectionToClaim(const QString& claimed) const;

    NodeEntry m_entry;
    const SessionSurroundings& m_surroundings;
    LinkState m_state;
    Channel* m_channel = nullptr;
    DocumentReader m_reader;
    QByteArray m_lastWords;
    QByteArray m_unfinishedLine; ///< of the diagnostics
    QString m_lastLogged;
    QString m_claimedName; ///< of the first report ever accepted
    QTimer m_timer;        ///< its meaning is the phase's: give up, gone silent, next poll, next attempt
    Interaction m_interaction = Interaction::Batch;
    quint64 m_run = 0;
    qint64 m_lastPoll = 0; ///< steadyNow(); 0 after a failure
    int m_attempt = 0;
    bool m_arrived = false;     ///< this run gave a document
    bool m_needsPerson = false; ///< without a person the node lets nobody in
    Command m_command;
};

} // namespace notrack::gui
