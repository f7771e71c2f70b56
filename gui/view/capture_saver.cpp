#include "gui/view/capture_saver.h"

#include "gui/remote/background.h"
#include "gui/remote/link_state.h"

#include "core/report/capture_codec.h"

#include <QProgressDialog>
#include <QSaveFile>

#include <string>
#include <utility>

namespace notrack::gui
{

namespace
{

/// Writes what is a capture and nothing else; gives one sentence on what came of it.
QString writeChecked(const QString& path, const QByteArray& output, const QString& failure)
{
    const std::string_view document = documentIn(output);
    const Result<Capture> capture = readCapture(document);
    if (!capture) {
        return failure.isEmpty()
                   ? CaptureSaver::tr("What the node printed is no capture: %1").arg(QString::fromStdString(toText(capture.error())))
                   : CaptureSaver::tr("No capture was taken: %1").arg(failure);
    }
    QSaveFile file(path);
    const bool saved = file.open(QIODevice::WriteOnly) && file.setPermissions(QFile::ReadOwner | QFile::WriteOwner) &&
                       file.write(document.data(), static_cast<qint64>(document.size())) == static_cast<qint64>(document.size()) &&
                       file.commit();
    return saved ? CaptureSaver::tr("Saved %1. It shows the whole firewall of the node.").arg(path)
                 : CaptureSaver::tr("%1: %2").arg(path, file.errorString());
}

QString failureOf(const CallOutcome& outcome)
{
    return !outcome.refused
               ? outcome.failure
               : CaptureSaver::tr("%1. A capture shows the whole firewall, so sudoers lets nobody take one unless the node's "
                                  "administrator adds the line for dns-notrack-capture that stands in /etc/sudoers.d/dns-notrack.")
                     .arg(outcome.failure);
}

} // namespace

CaptureSaver::CaptureSaver(const ChannelFactory& makeChannel, const Command& command, const QString& node, QString path, QWidget* window)
    : QObject(window), m_call(makeChannel, static_cast<qsizetype>(longestCapture), this), m_path(std::move(path)),
      m_progress(new QProgressDialog(tr("Taking a capture of %1…").arg(safeLine(node, 100)), tr("Cancel"), 0, 0, window))
{
    m_progress->setAutoClose(false);
    m_progress->setMinimumDuration(0);
    m_progress->show();
    connect(m_progress, &QProgressDialog::canceled, this, &QObject::deleteLater);
    connect(this, &QObject::destroyed, m_progress, &QObject::deleteLater);
    connect(&m_call, &RunnerCall::finished, this, &CaptureSaver::take);
    m_call.start(command);
}

void CaptureSaver::take(const CallOutcome& outcome)
{
    inBackground(
        this, [path = m_path, output = outcome.output, failure = failureOf(outcome)] { return writeChecked(path, output, failure); },
        [this](const QString& sentence) {
            emit done(sentence);
            deleteLater();
        });
}

} // namespace notrack::gui
