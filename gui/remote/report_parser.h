#pragma once

#include "gui/remote/latest_queue.h"
#include "gui/remote/received_report.h"

#include <QObject>

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace notrack::gui
{

/// Reads documents in a thread of its own. Both directions hold at most one entry a node, the latest.
class ReportParser : public QObject
{
    Q_OBJECT

public:
    /// Bytes that may wait; a document that would exceed them is dropped.
    static constexpr qsizetype mostWaiting = 64 << 20;

    explicit ReportParser(QObject* parent = nullptr);
    ~ReportParser() override;

    /// Gives false when the document was dropped because too much waits already.
    bool submit(const QString& node, ArrivedDocument document);

    /// Results that are ready, at most `most`, oldest first.
    std::vector<std::pair<QString, ReceivedReport>> take(std::size_t most);

signals:
    /// There is something to take. Comes from the thread: connections to it are queued.
    void resultsReady();

private:
    void work(const std::stop_token& stop);

    std::mutex m_mutex;
    std::condition_variable_any m_wake;
    LatestQueue<ArrivedDocument> m_waiting;
    qsizetype m_waitingBytes = 0;
    LatestQueue<ReceivedReport> m_results;
    std::jthread m_thread;
};

/// Reads one document; never throws.
ReceivedReport readDocument(ArrivedDocument document);

} // namespace notrack::gui
