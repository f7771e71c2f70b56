#include "gui/view/icons.h"

#include <QHash>
#include <QPainter>

namespace notrack::gui
{

namespace
{

QString iconPath(const QString& name)
{
    return QStringLiteral(":/icons/%1.svg").arg(name);
}

/// The icon on a light plate, so that its colours stay what they are on a selected row.
QPixmap onPlate(const QIcon& icon, int size)
{
    QPixmap plate(size, size);
    plate.fill(Qt::transparent);
    QPainter painter(&plate);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(Qt::white);
    painter.drawRoundedRect(plate.rect(), size / 4.0, size / 4.0);
    const int margin = size / 16;
    icon.paint(&painter, plate.rect().adjusted(margin, margin, -margin, -margin));
    return plate;
}

QIcon bundled(const QString& name)
{
    static QHash<QString, QIcon> icons;
    auto icon = icons.find(name);
    if (icon == icons.end()) {
        const QIcon drawn(iconPath(name));
        // Of pixmaps, for rows and headers at scale factors 1, 2 and 4: an icon of a vector file tints itself on a selected row.
        QIcon made;
        for (const int size : {16, 24, 32, 48, 64, 96}) {
            made.addPixmap(drawn.pixmap(size));
            made.addPixmap(onPlate(drawn, size), QIcon::Selected);
        }
        icon = icons.insert(name, made);
    }
    return *icon;
}

} // namespace

QIcon stateIcon(RowState state)
{
    return bundled(stableName(state));
}

QIcon markIcon(RowMark mark)
{
    switch (mark) {
    case RowMark::None:
        return {};
    case RowMark::Ok:
        return bundled(QStringLiteral("in-sync"));
    case RowMark::Missing:
        return bundled(QStringLiteral("missing"));
    case RowMark::Unexpected:
        return bundled(QStringLiteral("unexpected"));
    case RowMark::Misplaced:
        return bundled(QStringLiteral("misplaced"));
    case RowMark::Info:
        return bundled(QStringLiteral("info"));
    case RowMark::Warning:
        return bundled(QStringLiteral("drifted"));
    case RowMark::Fatal:
        return bundled(QStringLiteral("unsafe"));
    case RowMark::Waived:
        return bundled(QStringLiteral("waived"));
    case RowMark::Stale:
        return oldDataIcon();
    }
    return {};
}

QIcon applicationIcon()
{
    return QIcon(iconPath(QStringLiteral("dns-notrack-viewer")));
}

QIcon oldDataIcon()
{
    return stateIcon(RowState::Stale);
}

} // namespace notrack::gui
