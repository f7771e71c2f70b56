#pragma once

#include "gui/remote/node_entry.h"
#include "gui/remote/node_session.h"
#include "gui/remote/runner_call.h"
#include "gui/remote/start_queue.h"

#include <QDateTime>
#include <QHash>

#include <memory>

namespace notrack::gui
{

/// What `doctor` says of a node, or how far that is.
struct DoctorVisit
{
    enum class Phase {
        None,   ///< nobody asked yet, or what was asked is withdrawn
        Queued, ///< waits for its turn
        Asking,
        Done,
        Failed, ///< `text` says why, one sentence
    };

    Phase phase = Phase::None;
    QDateTime at; ///< local: when it began or ended
    QString text; ///< the doctor's words; not made safe for display

    bool operator==(const DoctorVisit&) const = default;
};

/// Runs `doctor` on nodes for a person, a few at a time, over connections of its own: it only reads, and the packaged sudoers allows it. ssh may
/// ask, since the person is there.
class DoctorVisits : public QObject
{
    Q_OBJECT

public:
    explicit DoctorVisits(const SessionSurroundings& surroundings, QObject* parent = nullptr);

    /// Asks the doctor of the node, unless that is under way.
    void ask(const NodeEntry& node);
    /// Ends what is under way; nobody hears more of it.
    void cancel(const QString& node);
    /// Cancels what is under way at nodes that are not among these.
    void keepOnly(const std::vector<NodeEntry>& nodes);

signals:
    void changed(const QString& node, const notrack::gui::DoctorVisit& visit);

private:
    struct Visit
    {
        NodeEntry node;
        std::unique_ptr<RunnerCall> call = {};
    };

    void start(const QString& name);
    void take(const QString& name, const CallOutcome& outcome);
    void end(const QString& name);

    const SessionSurroundings& m_surroundings;
    StartQueue m_turns;
    std::map<QString, Visit> m_visits;
};

/// What a doctor printed, as it is shown: its words, or why there are none.
DoctorVisit readDoctor(const CallOutcome& outcome);

} // namespace notrack::gui
