#include "gui/model/export.h"

#include "gui/remote/captures.h"

#include "core/report/report_codec.h"

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

std::vector<ExportedNode> exportedNodes(const FleetModel& fleet)
{
    std::vector<ExportedNode> nodes;
    for (int row = 0; row < fleet.rowCount(); ++row) {
        const NodeRecord& record = fleet.record(row);
        const auto before = record.lastKnown();
        nodes.push_back({record.entry.name, record.entry.groups, stableName(record.state()), before ? stableName(*before) : QString(),
                         record.note(steadyNow()), record.arrived, record.report,
                         record.isCaptured() ? record.entry.captured->path : QString()});
    }
    return nodes;
}

QByteArray toJson(const std::vector<ExportedNode>& nodes)
{
    QJsonArray array;
    for (const ExportedNode& node : nodes) {
        QJsonObject object{
            {QStringLiteral("name"), node.name},
            {QStringLiteral("groups"), QJsonArray::fromStringList(node.groups)},
            {QStringLiteral("state"), node.state},
            {QStringLiteral("note"), node.note},
        };
        if (!node.was.isEmpty()) {
            object.insert(QStringLiteral("was"), node.was);
        }
        if (!node.capture.isEmpty()) {
            object.insert(QStringLiteral("capture"), node.capture);
        }
        if (node.report) {
            object.insert(QStringLiteral("arrived"), node.arrived.toString(Qt::ISODate));
            object.insert(QStringLiteral("report"), QJsonDocument::fromJson(QByteArray::fromStdString(writeReport(*node.report))).object());
        }
        array.append(object);
    }
    return QJsonDocument(QJsonObject{{QStringLiteral("nodes"), array}}).toJson();
}

} // namespace notrack::gui
