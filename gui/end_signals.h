#pragma once

#include <QObject>

#include <functional>

namespace notrack::gui
{

/// Calls `end` in the event loop when SIGHUP, SIGINT or SIGTERM asks the program to end; what it starts is ended by them as ever. One at a time
/// in a program.
class EndSignals : public QObject
{
    Q_OBJECT

public:
    explicit EndSignals(std::function<void()> end);
    ~EndSignals() override;
};

} // namespace notrack::gui
