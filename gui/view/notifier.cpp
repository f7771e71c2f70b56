#include "gui/view/notifier.h"

#include <QDBusConnection>
#include <QDBusMessage>

namespace notrack::gui
{

namespace
{

constexpr int gatherMilliseconds = 2000;
constexpr qsizetype mostLines = 6;

} // namespace

Notifier::Notifier(QObject* parent) : QObject(parent), m_gather(this)
{
    m_gather.setSingleShot(true);
    m_gather.setInterval(gatherMilliseconds);
    connect(&m_gather, &QTimer::timeout, this, &Notifier::tell);
}

void Notifier::add(const QString& node, RowState now)
{
    if (!m_enabled) {
        return;
    }
    if (m_lines.size() < mostLines) {
        m_lines.append(tr("%1 is %2").arg(safeLine(node, 100), displayText(now)));
    } else {
        ++m_more;
    }
    if (!m_gather.isActive()) {
        m_gather.start();
    }
}

void Notifier::tell()
{
    const QString title = tr("Nodes that got worse: %1").arg(m_lines.size() + m_more);
    QStringList lines = m_lines;
    if (m_more > 0) {
        lines.append(tr("and %1 more").arg(m_more));
    }
    const QString text = lines.join(QLatin1Char('\n'));
    m_lines.clear();
    m_more = 0;
    QDBusMessage call =
        QDBusMessage::createMethodCall(QStringLiteral("org.freedesktop.Notifications"), QStringLiteral("/org/freedesktop/Notifications"),
                                       QStringLiteral("org.freedesktop.Notifications"), QStringLiteral("Notify"));
    // The body may be taken for markup by the desktop: escaped.
    call.setArguments({QStringLiteral("dns-notrack-viewer"), 0U, QStringLiteral("dns-notrack-viewer"), title, text.toHtmlEscaped(),
                       QStringList(), QVariantMap{{QStringLiteral("desktop-entry"), QStringLiteral("dns-notrack-viewer")}}, -1});
    QDBusConnection::sessionBus().send(call);
    emit notified(title, text);
}

} // namespace notrack::gui
