#include "gui/remote/inventory_tree.h"

#include "gui/remote/inventory_readers.h"
#include "gui/remote/ssh_arguments.h"

#include <QCoreApplication>

#include <algorithm>
#include <tuple>

namespace notrack::gui
{

namespace
{

struct InventoryTreeText
{
    Q_DECLARE_TR_FUNCTIONS(InventoryTree)
};

constexpr QLatin1String allGroup("all");
constexpr QLatin1String ungroupedGroup("ungrouped");

bool isTemplate(const QString& value)
{
    return value.contains(QLatin1String("{{"));
}

void refuseNode(NodeEntry& entry, const QString& reason)
{
    if (entry.refusal.isEmpty()) {
        entry.refusal = reason;
    }
}

void applyPort(NodeEntry& entry, const QString& value)
{
    const int port = value.toInt();
    if (port > 0 && port < 65536) {
        entry.port = port;
    } else {
        refuseNode(entry, InventoryTreeText::tr("its port must be a number from 1 to 65535"));
    }
}

/// "ssh", "ansible.builtin.ssh", "local"
void applyConnection(NodeEntry& entry, const QString& value)
{
    const QString connection = value.section(QLatin1Char('.'), -1);
    entry.local = connection == QLatin1String("local");
    static const QStringList bySsh = {QStringLiteral("ssh"), QStringLiteral("smart"), QStringLiteral("paramiko"),
                                      QStringLiteral("paramiko_ssh"), QStringLiteral("local")};
    if (!bySsh.contains(connection)) {
        refuseNode(entry, InventoryTreeText::tr("Ansible reaches it by %1, not by ssh").arg(connection));
    }
}

void applyArguments(NodeEntry& entry, QStringList& to, const QString& value)
{
    const SshArguments arguments = readSshArguments(value);
    to = arguments.taken;
    entry.passedOver += arguments.passedOver;
}

} // namespace

void applyVariables(NodeEntry& entry, const InventoryVariables& variables)
{
    const auto take = [&](const char* key, const auto& apply) {
        if (const auto found = variables.constFind(QLatin1String(key)); found != variables.constEnd() && !found->isEmpty()) {
            apply(*found);
        }
    };
    const auto takeWhole = [&](const char* key, const auto& apply) {
        take(key, [&](const QString& value) {
            if (isTemplate(value)) {
                refuseNode(entry, InventoryTreeText::tr("its %1 is a template, which only Ansible fills in").arg(QLatin1String(key)));
            } else {
                apply(value);
            }
        });
    };
    for (const char* key : {"ansible_host", "ansible_ssh_host"}) {
        takeWhole(key, [&](const QString& value) { entry.host = value; });
    }
    for (const char* key : {"ansible_port", "ansible_ssh_port"}) {
        takeWhole(key, [&](const QString& value) { applyPort(entry, value); });
    }
    for (const char* key : {"ansible_user", "ansible_ssh_user"}) {
        takeWhole(key, [&](const QString& value) { entry.user = value; });
    }
    for (const char* key : {"ansible_private_key_file", "ansible_ssh_private_key_file"}) {
        takeWhole(key, [&](const QString& value) { entry.identityFile = value; });
    }
    take("ansible_ssh_common_args", [&](const QString& value) { applyArguments(entry, entry.commonArguments, value); });
    take("ansible_ssh_extra_args", [&](const QString& value) { applyArguments(entry, entry.extraArguments, value); });
    takeWhole("ansible_connection", [&](const QString& value) { applyConnection(entry, value); });
}

void InventoryTree::addGroup(const QString& group)
{
    m_groups[group];
}

bool InventoryTree::addChild(const QString& parent, const QString& child)
{
    QStringList above = {parent};
    for (qsizetype index = 0; index < above.size(); ++index) {
        const QStringList parents = m_groups.value(above.at(index)).parents;
        std::copy_if(parents.begin(), parents.end(), std::back_inserter(above), [&](const QString& each) { return !above.contains(each); });
    }
    if (above.contains(child) || child == allGroup) {
        return false;
    }
    addGroup(parent);
    QStringList& parents = m_groups[child].parents;
    if (parent != allGroup && !parents.contains(parent)) {
        parents.append(parent);
    }
    return true;
}

bool InventoryTree::addHosts(const QString& pattern, const QString& group, const InventoryVariables& variables)
{
    const auto [range, port] = splitPort(pattern);
    const auto names = expandHostRange(range);
    for (const QString& name : names.value_or(QStringList())) {
        const std::size_t row = m_rows.value(name, m_hosts.size());
        if (row == m_hosts.size()) {
            m_rows.insert(name, row);
            m_hosts.push_back({name, {}, {}});
        }
        Host& host = m_hosts[row];
        if (group != allGroup && group != ungroupedGroup && !host.groups.contains(group)) {
            host.groups.append(group);
        }
        if (port != 0) {
            host.variables[QStringLiteral("ansible_port")] = QString::number(port);
        }
        host.variables.insert(variables);
    }
    return names.has_value();
}

/// Those that name the host, and those above them, nearest first.
QStringList InventoryTree::groupsOf(const Host& host) const
{
    QStringList all = host.groups;
    for (qsizetype index = 0; index < all.size(); ++index) {
        const QStringList parents = m_groups.value(all.at(index)).parents;
        std::copy_if(parents.begin(), parents.end(), std::back_inserter(all), [&](const QString& each) { return !all.contains(each); });
    }
    return all;
}

/// How far the group is from "all" at the farthest.
int InventoryTree::depthOf(const QString& group) const
{
    int depth = 0;
    const QStringList parents = m_groups.value(group).parents;
    for (const QString& parent : parents) {
        depth = std::max(depth, depthOf(parent));
    }
    return depth + 1;
}

Inventory InventoryTree::inventory() const
{
    const QString priorityKey = QStringLiteral("ansible_group_priority");
    QHash<QString, std::tuple<int, int, QString>> places; // those of groups that come later hold
    for (auto group = m_groups.begin(); group != m_groups.end(); ++group) {
        places.insert(group.key(), {depthOf(group.key()), group->variables.value(priorityKey, QStringLiteral("1")).toInt(), group.key()});
    }
    Inventory inventory;
    for (const Host& host : m_hosts) {
        NodeEntry entry;
        entry.name = host.name;
        entry.host = host.name;
        entry.groups = groupsOf(host);
        QStringList order = entry.groups.isEmpty() ? QStringList{QString(ungroupedGroup)} : entry.groups;
        std::sort(order.begin(), order.end(),
                  [&](const QString& left, const QString& right) { return places.value(left) < places.value(right); });
        InventoryVariables variables = m_groups.value(QString(allGroup)).variables;
        for (const QString& group : std::as_const(order)) {
            variables.insert(m_groups.value(group).variables);
        }
        variables.insert(host.variables);
        applyVariables(entry, variables);
        addNode(inventory, entry);
    }
    return inventory;
}

} // namespace notrack::gui
