#pragma once

#include "gui/remote/ssh_command.h"

#include <QObject>

#include <functional>
#include <memory>

namespace notrack::gui
{

/// How a channel ended.
struct ChannelEnd
{
    int exitCode = 0;
    QString failure;      ///< set when there is no exit code: it did not start, or a signal ended it
    bool missing = false; ///< it did not start
};

/// The door to a process that reports on a node. Tests and the benchmark put streams in memory behind it.
class Channel : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

    /// Starts the command; once.
    virtual void start(const Command& command) = 0;

    /// Asks the process to end, by closing its input first, and makes it end after a grace period. The channel deletes
    /// itself when that has happened. No signal is to be expected from a retired channel.
    virtual void retire() = 0;

signals:
    void output(const QByteArray& bytes);
    void diagnostics(const QByteArray& bytes);
    /// Last of its signals.
    void finished(const notrack::gui::ChannelEnd& end);
};

using ChannelFactory = std::function<Channel*(QObject* parent)>;

} // namespace notrack::gui
