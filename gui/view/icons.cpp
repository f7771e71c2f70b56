#include "gui/view/icons.h"

#include <QHash>

namespace notrack::gui
{

namespace
{

QIcon bundled(const QString& name)
{
    static QHash<QString, QIcon> icons;
    auto icon = icons.find(name);
    if (icon == icons.end()) {
        const QString path = QStringLiteral(":/icons/%1.svg").arg(name);
        QIcon made(path);
        made.addFile(path, {}, QIcon::Selected); // else the style tints it on a selected row
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
    }
    return {};
}

QIcon applicationIcon()
{
    return bundled(QStringLiteral("dns-notrack-viewer"));
}

QIcon oldDataIcon()
{
    return bundled(QStringLiteral("old"));
}

} // namespace notrack::gui
