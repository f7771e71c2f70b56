#pragma once

#include "gui/model/timeline.h"

#include <QThreadPool>
#include <QTimer>

#include <memory>

namespace notrack::gui
{

/// "$XDG_STATE_HOME/dns-notrack/viewer-journal.jsonl", or below ~/.local/state.
QString journalPath();

/// One line of a journal, with its newline; and back, nothing for a line that is none.
QByteArray journalLine(const TimelineEntry& entry);
std::optional<TimelineEntry> readJournalLine(const QByteArray& line);

/// The last Timeline::mostEntries of a journal; lines that are none are passed over. A file that has grown to twice as much is cut to them,
/// unless another viewer is about it.
std::vector<TimelineEntry> readJournal(const QString& path);

/// Keeps a timeline in a file: reads it in a thread, and appends to it a little later in another one, whole lines at a time, so that two viewers
/// may share it.
class Journal : public QObject
{
    Q_OBJECT

public:
    Journal(QString path, Timeline& timeline, QObject* parent = nullptr);
    /// Writes down what is left, and that nobody watches from now on.
    ~Journal() override;

private:
    void take(const TimelineEntry& entry);
    void write();

    QString m_path;
    Timeline& m_timeline;
    QByteArray m_unwritten;
    QTimer m_gather;
    std::unique_ptr<QThreadPool> m_writer; ///< one thread: in the order in which it happened
    bool m_read = false;
};

} // namespace notrack::gui
