#include "gui/model/export.h"

#include "core/report_codec.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace notrack::gui
{

namespace
{

QByteArray csvCell(QString text)
{
    static const QString formulaSigns = QStringLiteral("=+-@\t\r");
    if (!text.isEmpty() && formulaSigns.contains(text.at(0))) {
        text.prepend(QLatin1Char('\''));
    }
    if (text.contains(QLatin1Char('"')) || text.contains(QLatin1Char(',')) || text.contains(QLatin1Char('\n'))) {
        text.replace(QLatin1Char('"'), QStringLiteral("\"\""));
        text = QLatin1Char('"') + text + QLatin1Char('"');
    }
    return text.toUtf8();
}

} // namespace

QByteArray toCsv(const QAbstractItemModel& table, const QList<int>& columns)
{
    QByteArrayList lines;
    QByteArrayList cells;
    for (const int column : columns) {
        cells.append(csvCell(table.headerData(column, Qt::Horizontal).toString()));
    }
    lines.append(cells.join(','));
    for (int row = 0; row < table.rowCount(); ++row) {
        cells.clear();
        for (const int column : columns) {
            cells.append(csvCell(table.index(row, column).data().toString()));
        }
        lines.append(cells.join(','));
    }
    return lines.join("\r\n") + "\r\n";
}

QString toTabbedText(const QAbstractItemModel& table, const QList<int>& rows, const QList<int>& columns)
{
    QStringList lines;
    for (const int row : rows) {
        QStringList cells;
        for (const int column : columns) {
            cells.append(table.index(row, column).data().toString());
        }
        lines.append(cells.join(QLatin1Char('\t')));
    }
    return lines.join(QLatin1Char('\n'));
}

QByteArray toJson(const FleetModel& fleet)
{
    QJsonArray nodes;
    for (int row = 0; row < fleet.rowCount(); ++row) {
        const NodeRecord& record = fleet.record(row);
        QJsonObject node{
            {QStringLiteral("name"), record.entry.name},
            {QStringLiteral("groups"), QJsonArray::fromStringList(record.entry.groups)},
            {QStringLiteral("state"), stableName(record.state())},
            {QStringLiteral("note"), record.note(steadyNow())},
        };
        if (record.report) {
            node.insert(QStringLiteral("arrived"), record.arrived.toString(Qt::ISODate));
            node.insert(QStringLiteral("report"), QJsonDocument::fromJson(QByteArray::fromStdString(writeReport(*record.report))).object());
        }
        nodes.append(node);
    }
    return QJsonDocument(QJsonObject{{QStringLiteral("nodes"), nodes}}).toJson();
}

} // namespace notrack::gui
