#include "gui/remote/inventory_readers.h"

#include <yaml-cpp/yaml.h>

#include <QCoreApplication>

#include <map>

namespace notrack::gui
{

namespace
{

constexpr int deepestGroup = 32;

using Variables = std::map<QString, QString>;

/// The groups above the node that is being read, and what they set.
struct Surroundings
{
    QStringList groups;
    Variables variables;
    int depth = 0;
};

QString textOf(const YAML::Node& node)
{
    return node.IsScalar() ? QString::fromStdString(node.Scalar()) : QString();
}

Variables variablesOf(const YAML::Node& node, Variables variables)
{
    if (node.IsMap()) {
        for (const auto& pair : node) {
            variables[textOf(pair.first)] = textOf(pair.second);
        }
    }
    return variables;
}

void addHosts(Inventory& inventory, const YAML::Node& hosts, const Surroundings& around)
{
    for (const auto& pair : hosts) {
        const auto [pattern, port] = splitPort(textOf(pair.first));
        Variables above = around.variables;
        if (port != 0) {
            above[QStringLiteral("ansible_port")] = QString::number(port);
        }
        const Variables variables = variablesOf(pair.second, above);
        const QStringList names = expandHostRange(pattern);
        for (const QString& name : names) {
            NodeEntry entry;
            entry.name = name;
            entry.host = name;
            entry.groups = around.groups;
            for (const auto& [key, value] : variables) {
                applyVariable(entry, key, value);
            }
            addNode(inventory, entry);
        }
    }
}

void readGroup(Inventory& inventory, const QString& name, const YAML::Node& group, Surroundings around)
{
    if (!group.IsMap() || around.depth > deepestGroup) {
        return;
    }
    ++around.depth;
    if (name != QLatin1String("all") && name != QLatin1String("ungrouped")) {
        around.groups.prepend(name);
    }
    if (const YAML::Node variables = group["vars"]; variables) {
        around.variables = variablesOf(variables, around.variables);
    }
    if (const YAML::Node children = group["children"]; children && children.IsMap()) {
        for (const auto& child : children) {
            readGroup(inventory, textOf(child.first), child.second, around);
        }
    }
    if (const YAML::Node hosts = group["hosts"]; hosts && hosts.IsMap()) {
        addHosts(inventory, hosts, around);
    }
}

} // namespace

Inventory readYamlInventory(const QString& text)
{
    Inventory inventory;
    try {
        const YAML::Node document = YAML::Load(text.toStdString());
        if (!document.IsMap()) {
            inventory.problems.append(QCoreApplication::translate("Inventory", "a YAML inventory is a map of groups"));
            inventory.unsound = true;
            return inventory;
        }
        for (const auto& group : document) {
            readGroup(inventory, textOf(group.first), group.second, {});
        }
    } catch (const YAML::Exception& exception) {
        inventory.unsound = true;
        inventory.problems.append(QCoreApplication::translate("Inventory", "line %1, column %2: %3")
                                      .arg(exception.mark.line + 1)
                                      .arg(exception.mark.column + 1)
                                      .arg(QString::fromStdString(exception.msg)));
    }
    return inventory;
}

} // namespace notrack::gui
