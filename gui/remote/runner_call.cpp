#include "gui/remote/runner_call.h"

#include "gui/remote/link_state.h"

#include <utility>

namespace notrack::gui
{

RunnerCall::RunnerCall(const ChannelFactory& makeChannel, qsizetype mostBytes, QObject* parent)
    : QObject(parent), m_channel(makeChannel(parent)), m_mostBytes(mostBytes), m_limit(this)
{
    // The channel is not this object's child: it may outlive it while its process ends.
    constexpr int limitMilliseconds = 300'000;
    constexpr qsizetype mostWordsKept = 4096;
    m_limit.setSingleShot(true);
    m_limit.setInterval(limitMilliseconds);
    connect(&m_limit, &QTimer::timeout, this, [this] { giveUp(tr("it was not done after 5 minutes")); });
    connect(m_channel, &Channel::output, this, &RunnerCall::readOutput);
    connect(m_channel, &Channel::diagnostics, this,
            [this](const QByteArray& bytes) { m_lastWords = (m_lastWords + bytes).right(mostWordsKept); });
    connect(m_channel, &Channel::finished, this, &RunnerCall::handleEnd);
}

RunnerCall::~RunnerCall()
{
    if (m_channel != nullptr) {
        m_channel->disconnect(this);
        m_channel->retire();
    }
}

void RunnerCall::start(const Command& command)
{
    m_limit.start();
    m_channel->start(command);
}

void RunnerCall::readOutput(const QByteArray& bytes)
{
    if (m_output.size() + bytes.size() > m_mostBytes) {
        giveUp(tr("it printed more than %1 MiB").arg(m_mostBytes >> 20));
        return;
    }
    m_output += bytes;
}

void RunnerCall::handleEnd(const ChannelEnd& end)
{
    m_limit.stop();
    std::exchange(m_channel, nullptr)->deleteLater();
    const QString words = QString::fromUtf8(m_lastWords);
    CallOutcome outcome{std::move(m_output), end.exitCode, {}, words.contains(QLatin1String("sudo:")), end.missing};
    if (!end.failure.isEmpty() || end.exitCode != 0) {
        outcome.failure = judgeEnd(end, words, false).reason;
    }
    emit finished(outcome);
}

void RunnerCall::giveUp(const QString& failure)
{
    m_limit.stop();
    m_channel->disconnect(this);
    std::exchange(m_channel, nullptr)->retire();
    emit finished({{}, 0, failure, false, false});
}

std::string_view documentIn(const QByteArray& output)
{
    const qsizetype place = output.startsWith('{') ? 0 : output.indexOf("\n{") + 1;
    const std::string_view all(output.constData(), static_cast<std::size_t>(output.size()));
    return all.substr(static_cast<std::size_t>(place));
}

} // namespace notrack::gui
