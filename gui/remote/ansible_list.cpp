#include "gui/remote/inventory_readers.h"
#include "gui/remote/inventory_tree.h"

#include <QCoreApplication>
#include <QHash>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace notrack::gui
{

namespace
{

QString textOf(const QJsonValue& value)
{
    return value.toVariant().toString();
}

/// The groups that hold each group, by the `children` lists.
QHash<QString, QStringList> parentsOf(const QJsonObject& document)
{
    QHash<QString, QStringList> parents;
    for (auto group = document.begin(); group != document.end(); ++group) {
        const QJsonArray children = group.value().toObject().value(QLatin1String("children")).toArray();
        for (const QJsonValue child : children) {
            parents[child.toString()].append(group.key());
        }
    }
    return parents;
}

void addParents(QStringList& groups, const QHash<QString, QStringList>& parents)
{
    for (qsizetype index = 0; index < groups.size(); ++index) {
        const QStringList above = parents.value(groups.at(index));
        for (const QString& parent : above) {
            if (parent != QLatin1String("all") && !groups.contains(parent)) {
                groups.append(parent);
            }
        }
    }
}

NodeEntry makeEntry(const QString& name, const QJsonObject& variables)
{
    NodeEntry entry;
    entry.name = name;
    entry.host = name;
    InventoryVariables texts;
    for (auto variable = variables.begin(); variable != variables.end(); ++variable) {
        texts.insert(variable.key(), textOf(variable.value()));
    }
    applyVariables(entry, texts);
    return entry;
}

} // namespace

Inventory readAnsibleList(const QByteArray& json)
{
    Inventory inventory;
    QJsonParseError error;
    const QJsonObject document = QJsonDocument::fromJson(json, &error).object();
    if (error.error != QJsonParseError::NoError) {
        inventory.problems.append(QCoreApplication::translate("Inventory", "ansible-inventory gave no JSON: %1").arg(error.errorString()));
        inventory.unsound = true;
        return inventory;
    }
    const QJsonObject hostVariables = document.value(QLatin1String("_meta")).toObject().value(QLatin1String("hostvars")).toObject();
    const QHash<QString, QStringList> parents = parentsOf(document);
    for (auto group = document.begin(); group != document.end(); ++group) {
        const QJsonArray hosts = group.value().toObject().value(QLatin1String("hosts")).toArray();
        for (const QJsonValue host : hosts) {
            NodeEntry entry = makeEntry(host.toString(), hostVariables.value(host.toString()).toObject());
            if (group.key() != QLatin1String("all") && group.key() != QLatin1String("ungrouped")) {
                entry.groups = {group.key()};
            }
            addParents(entry.groups, parents);
            addNode(inventory, entry);
        }
    }
    return inventory;
}

} // namespace notrack::gui
