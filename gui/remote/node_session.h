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
    QString m_claimedName; ///< of the first report ever accepted
    QTimer m_timer;        ///< its meaning is the phase's: give up, gone silent, next poll, next attempt
    Interaction m_interaction = Interaction::Batch;
    quint64 m_run = 0;
    qint64 m_lastPoll = 0; ///< steadyNow(); 0 after a failure
    int m_attempt = 0;
    bool m_arrived = false; ///< this run gave a document
};

} // namespace notrack::gui
