#pragma once

#include "gui/remote/channel.h"

#include <QHash>
#include <QStringList>

namespace notrack::gui
{

/// A channel without a process: a test writes what the node says.
class MemoryChannel : public Channel
{
public:
    explicit MemoryChannel(QObject* parent, std::vector<MemoryChannel*>& made) : Channel(parent), m_made(made) { m_made.push_back(this); }
    ~MemoryChannel() override { std::erase(m_made, this); }

    void start(const Command& given) override { command = given; }
    void retire() override
    {
        retired = true;
        if (!lingers) {
            deleteLater();
        }
    }

    void say(const QByteArray& bytes) { emit output(bytes); }
    void end(int exitCode, const QByteArray& lastWords = {})
    {
        emit diagnostics(lastWords);
        emit finished({exitCode, {}});
    }

    Command command;
    bool retired = false;
    bool lingers = false; ///< its process does not end when it is retired

private:
    std::vector<MemoryChannel*>& m_made;
};

} // namespace notrack::gui
