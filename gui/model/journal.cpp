#include "gui/model/journal.h"

#include "gui/remote/link_state.h"
#include "gui/remote/stray_thread.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLockFile>
#include <QSaveFile>

#include <algorithm>
#include <utility>

namespace notrack::gui
{

namespace
{

constexpr int writeMilliseconds = 1000;
constexpr int longestLine = 4096;
constexpr qint64 largestJournal = 32 << 20;
constexpr int longestReason = 300;

void appendTo(const QString& path, const QByteArray& lines)
{
    QDir().mkpath(QFileInfo(path).path());
    QFile file(path);
    if (file.open(QIODevice::WriteOnly | QIODevice::Append | QIODevice::Unbuffered)) {
        file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner);
        file.write(lines);
    }
}

void cut(const QString& path, const std::vector<TimelineEntry>& entries)
{
    QLockFile lock(path + QStringLiteral(".lock"));
    QSaveFile file(path);
    if (!lock.tryLock(0) || !file.open(QIODevice::WriteOnly)) {
        return;
    }
    for (const TimelineEntry& entry : entries) {
        file.write(journalLine(entry));
    }
    file.commit();
}

} // namespace

QString journalPath()
{
    QString state = qEnvironmentVariable("XDG_STATE_HOME");
    if (QDir::isRelativePath(state)) { // empty, or what the specification tells to ignore
        state = QDir::homePath() + QStringLiteral("/.local/state");
    }
    return state + QStringLiteral("/dns-notrack/viewer-journal.jsonl");
}

QByteArray journalLine(const TimelineEntry& entry)
{
    QJsonObject object{{QStringLiteral("at"), entry.at.toString(Qt::ISODateWithMs)}};
    if (entry.node.isEmpty()) {
        object.insert(QStringLiteral("watch"), entry.ended ? QStringLiteral("ended") : QStringLiteral("began"));
    } else {
        object.insert(QStringLiteral("node"), entry.node);
        object.insert(QStringLiteral("state"), stableName(entry.state));
        object.insert(QStringLiteral("reason"), entry.reason);
    }
    return QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n';
}

std::optional<TimelineEntry> readJournalLine(const QByteArray& line)
{
    const QJsonObject object = QJsonDocument::fromJson(line).object();
    TimelineEntry entry;
    entry.at = QDateTime::fromString(object.value(QLatin1String("at")).toString(), Qt::ISODateWithMs);
    entry.node = safeLine(object.value(QLatin1String("node")).toString());
    entry.reason = safeLine(object.value(QLatin1String("reason")).toString(), longestReason);
    const QString watch = object.value(QLatin1String("watch")).toString();
    entry.ended = watch == QLatin1String("ended");
    if (!entry.at.isValid() || entry.node.isEmpty() == watch.isEmpty()) {
        return std::nullopt;
    }
    if (entry.node.isEmpty()) {
        return entry;
    }
    const QString state = object.value(QLatin1String("state")).toString();
    const auto found = std::find_if(allRowStates.begin(), allRowStates.end(), [&](RowState each) { return stableName(each) == state; });
    if (found == allRowStates.end()) {
        return std::nullopt;
    }
    entry.state = *found;
    return entry;
}

std::vector<TimelineEntry> readJournal(const QString& path)
{
    std::deque<TimelineEntry> last;
    QFile file(path);
    if (!QFileInfo(path).isFile() || !file.open(QIODevice::ReadOnly)) {
        return {};
    }
    file.seek(std::max<qint64>(0, file.size() - largestJournal));
    std::size_t lines = 0;
    while (!file.atEnd()) {
        const auto entry = readJournalLine(file.readLine(longestLine));
        ++lines;
        if (entry) {
            last.push_back(*entry);
        }
        if (last.size() > Timeline::mostEntries) {
            last.pop_front();
        }
    }
    std::vector<TimelineEntry> entries(last.begin(), last.end());
    if (lines > 2 * Timeline::mostEntries) {
        cut(path, entries);
    }
    return entries;
}

Journal::Journal(QString path, Timeline& timeline, QObject* parent)
    : QObject(parent), m_path(std::move(path)), m_timeline(timeline), m_gather(this), m_writer(std::make_unique<QThreadPool>())
{
    m_writer->setMaxThreadCount(1);
    m_timeline.awaitJournal();
    m_gather.setSingleShot(true);
    m_gather.setInterval(writeMilliseconds);
    connect(&m_gather, &QTimer::timeout, this, &Journal::write);
    connect(&m_timeline, &Timeline::added, this, &Journal::take);
    inStrayThread(
        this, [file = m_path] { return readJournal(file); },
        [this](const std::vector<TimelineEntry>& earlier) {
            m_read = true;
            m_timeline.begin(earlier, QDateTime::currentDateTimeUtc());
        });
}

Journal::~Journal()
{
    constexpr int patience = 2000;
    if (m_read) {
        m_unwritten += journalLine({QDateTime::currentDateTimeUtc(), {}, RowState::Connecting, {}, true});
        write();
    }
    if (!m_writer->waitForDone(patience)) {
        ++strayThreads; // a file system does not answer: the program must end without waiting for it
        static_cast<void>(m_writer.release());
    }
}

void Journal::take(const TimelineEntry& entry)
{
    m_unwritten += journalLine(entry);
    if (!m_gather.isActive()) {
        m_gather.start();
    }
}

void Journal::write()
{
    m_writer->start([path = m_path, lines = std::exchange(m_unwritten, {})] { appendTo(path, lines); });
}

} // namespace notrack::gui
