#include "gui/remote/captures.h"

#include "gui/remote/inventory_readers.h"
#include "gui/remote/link_state.h"

#include "core/report/capture_codec.h"
#include "core/report/doctor.h"
#include "core/report/report_codec.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <string_view>

namespace notrack::gui
{

namespace
{

constexpr qsizetype mostCaptures = 2000; ///< of one folder

struct CapturesText
{
    Q_DECLARE_TR_FUNCTIONS(Captures)
};

QStringList filesIn(const QString& folder)
{
    QStringList paths;
    const QStringList names = QDir(folder).entryList({QStringLiteral("*.json")}, QDir::Files, QDir::Name);
    for (const QString& name : names) {
        paths.append(folder + QLatin1Char('/') + name);
    }
    return paths;
}

/// The whole file, or nothing and why.
QByteArray readWhole(const QString& path, QString& problem)
{
    QFile file(path);
    if (isSpecialFile(path)) {
        problem = CapturesText::tr("%1: is no file").arg(path);
    } else if (!file.open(QIODevice::ReadOnly)) {
        problem = CapturesText::tr("%1: %2").arg(path, file.errorString());
    } else {
        QByteArray bytes = file.read(static_cast<qint64>(longestCapture) + 1); // the reader refuses what is longer
        return bytes;
    }
    return {};
}

std::shared_ptr<const CapturedReport> captured(const QString& path, const Capture& capture)
{
    auto made = std::make_shared<CapturedReport>();
    made->path = path;
    made->at = QDateTime::fromString(QString::fromStdString(capture.time), Qt::ISODate);
    made->redacted = capture.redacted;
    if (capture.report.empty()) {
        made->problem = CapturesText::tr("it was taken without a profile, so nobody has judged it yet; try a profile on it");
        return made;
    }
    Result<Report> report = readReport(capture.report);
    if (report) {
        made->health = QString::fromStdString(describeHealth(*report));
        made->report = std::make_shared<const Report>(std::move(*report));
    } else {
        made->problem = CapturesText::tr("what was said of it cannot be read: %1").arg(QString::fromStdString(toText(report.error())));
    }
    return made;
}

void addCapture(Inventory& inventory, const QString& path)
{
    QString problem;
    const QByteArray bytes = readWhole(path, problem);
    if (!problem.isEmpty()) {
        inventory.problems.append(problem);
        return;
    }
    const Result<Capture> capture = readCapture(std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size())));
    if (!capture) {
        inventory.problems.append(CapturesText::tr("%1: no capture: %2").arg(path, QString::fromStdString(toText(capture.error()))));
        return;
    }
    NodeEntry entry;
    entry.name = safeLine(QString::fromStdString(capture->node), 253);
    entry.groups = QStringList{CapturesText::tr("captures")};
    entry.captured = captured(path, *capture);
    addNode(inventory, entry);
}

} // namespace

Inventory readCaptures(const QString& path)
{
    Inventory inventory;
    inventory.source = path;
    if (!QFileInfo(path).isDir()) {
        addCapture(inventory, path);
        return inventory;
    }
    const QStringList paths = filesIn(path);
    for (const QString& file : paths.mid(0, mostCaptures)) {
        addCapture(inventory, file);
    }
    if (paths.isEmpty()) {
        inventory.problems.append(CapturesText::tr("%1: holds no captures (*.json)").arg(path));
    } else if (paths.size() > mostCaptures) {
        inventory.problems.append(CapturesText::tr("%1: the first %2 captures are shown").arg(path).arg(mostCaptures));
    }
    return inventory;
}

bool holdsCaptures(const QString& path)
{
    constexpr qint64 enough = 4096;
    if (QFileInfo(path).isDir()) {
        return !filesIn(path).isEmpty();
    }
    QFile file(path);
    return !isSpecialFile(path) && file.open(QIODevice::ReadOnly) &&
           file.read(enough).contains(QByteArray(captureSchemaId.data(), static_cast<qsizetype>(captureSchemaId.size())));
}

} // namespace notrack::gui
