#pragma once

#include "gui/remote/runner_call.h"

#include <QObject>

class QProgressDialog;
class QWidget;

namespace notrack::gui
{

/// Takes a capture of a node over ssh and writes it to a file. Only its own dialog is in the way meanwhile, which cancels. Deletes itself.
class CaptureSaver : public QObject
{
    Q_OBJECT

public:
    /// The runner is started at once, by `command`; `window` owns this object.
    CaptureSaver(const ChannelFactory& makeChannel, const Command& command, const QString& node, QString path, QWidget* window);

signals:
    /// Once, with one sentence on what came of it.
    void done(const QString& outcome);

private:
    void take(const CallOutcome& outcome);

    RunnerCall m_call;
    QString m_path;
    QProgressDialog* m_progress; ///< the window's; goes with this object
};

} // namespace notrack::gui
