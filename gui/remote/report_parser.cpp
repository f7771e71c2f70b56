#include "gui/remote/report_parser.h"

#include "gui/remote/background.h"

#include "core/report/report_codec.h"

#include <ctime>

namespace notrack::gui
{

qint64 steadyNow()
{
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    return qint64{1000} * now.tv_sec + now.tv_nsec / 1'000'000;
}

ReceivedReport readDocument(ArrivedDocument document)
{
    ReceivedReport received;
    Result<Report> report = readReport(std::string_view(document.bytes.constData(), static_cast<std::size_t>(document.bytes.size())));
    if (report) {
        received.report = std::make_shared<const Report>(std::move(*report));
    } else {
        received.problem = QString::fromStdString(toText(report.error()));
    }
    document.bytes.clear();
    received.document = std::move(document);
    return received;
}

ReportParser::ReportParser(QObject* parent)
    : QObject(parent), m_thread([this](const std::stop_token& stop) {
          lowerThreadPriority();
          work(stop);
      })
{
}

ReportParser::~ReportParser()
{
    m_thread.request_stop();
    m_thread.join();
}

bool ReportParser::submit(const QString& node, ArrivedDocument document)
{
    {
        const std::lock_guard lock(m_mutex);
        if (m_waitingBytes + document.bytes.size() > mostWaiting) {
            return false;
        }
        m_waitingBytes += document.bytes.size();
        if (const auto replaced = m_waiting.push(node, std::move(document))) {
            m_waitingBytes -= replaced->bytes.size();
        }
    }
    m_wake.notify_one();
    return true;
}

std::vector<std::pair<QString, ReceivedReport>> ReportParser::take(std::size_t most)
{
    std::vector<std::pair<QString, ReceivedReport>> results;
    const std::lock_guard lock(m_mutex);
    while (results.size() < most) {
        auto result = m_results.pop();
        if (!result) {
            break;
        }
        results.push_back(std::move(*result));
    }
    return results;
}

void ReportParser::work(const std::stop_token& stop)
{
    while (true) {
        std::unique_lock lock(m_mutex);
        m_wake.wait(lock, stop, [this] { return !m_waiting.empty(); });
        if (stop.stop_requested()) {
            return;
        }
        auto waiting = m_waiting.pop();
        m_waitingBytes -= waiting->second.bytes.size();
        lock.unlock();
        ReceivedReport received = readDocument(std::move(waiting->second));
        lock.lock();
        const bool first = m_results.empty();
        m_results.push(waiting->first, std::move(received));
        lock.unlock();
        if (first) {
            emit resultsReady();
        }
    }
}

} // namespace notrack::gui
