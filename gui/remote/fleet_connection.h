#pragma once

#include "gui/remote/doctor_visits.h"
#include "gui/remote/node_session.h"
#include "gui/remote/report_parser.h"

#include <QHash>
#include <QTimer>

namespace notrack::gui
{

/// All sessions of a fleet: hands out turns, reads their documents off the UI thread and passes on what came of it, a little
/// at a time so that a burst never blocks the event loop.
class FleetConnection : public QObject
{
    Q_OBJECT

public:
    FleetConnection(ConnectionSettings settings, ChannelFactory makeChannel, QObject* parent = nullptr);
    ~FleetConnection() override;

    /// Takes over what is new, drops what is gone and leaves the others alone. New nodes connect at once.
    void setNodes(const std::vector<NodeEntry>& nodes);
    /// Connections that stand keep their old settings until they are made anew.
    void setSettings(const ConnectionSettings& settings);
    const ConnectionSettings& settings() const { return m_surroundings.settings; }
    /// How far apart the reports of a healthy node are, in milliseconds: the interval, or what a round of polling takes.
    qint64 usualPause() const;

    /// Connects anew where the settings change the way or the runner; not what a person paused or let in, nor over a reason that a person should
    /// read.
    void reconnectChanged();

    void reconnect(const QString& node);
    /// A node that is live has nothing to ask and stays as it is.
    void connectInteractively(const QString& node);
    /// The node bears another name than before, and a person says that this is right.
    void acceptName(const QString& node);
    void pause(const QString& node);
    /// As of DoctorVisits.
    void askDoctor(const QString& node);
    void cancelDoctor(const QString& node) { m_doctors.cancel(node); }

signals:
    void doctorChanged(const QString& node, const notrack::gui::DoctorVisit& visit);
    void linkChanged(const QString& node, const notrack::gui::LinkState& state);
    void reportArrived(const QString& node, const notrack::gui::ReceivedReport& received);
    void logged(const QString& node, const QString& line);

private:
    void addSession(const NodeEntry& entry);
    void startSession(const QString& node);
    void deliver();
    void setSlots();

    SessionSurroundings m_surroundings;
    StartQueue m_starts;
    StartQueue m_interactiveStarts;
    QHash<QString, NodeSession*> m_sessions;
    DoctorVisits m_doctors;
    ReportParser m_parser;
    double m_round = 0; ///< milliseconds of a round of polling, a moving mean
    QTimer m_delivery;
};

} // namespace notrack::gui
