#include "gui/remote/inventory_tree.h"

#include "gui/remote/inventory_readers.h"
#include "gui/remote/ssh_arguments.h"

#include <QCoreApplication>
#include <QSet>

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

constexpr qsizetype stepsOfName = 100; // of a host or a group
constexpr qsizetype stepsOfVariable = 10;
constexpr qsizetype stepsOfLook = 5; // at a group, and at each that holds it

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

bool InventoryTree::spend(qsizetype steps)
{
    m_steps += steps;
    return !isTooLarge();
}

InventoryTree::Group& InventoryTree::groupNamed(const QString& name)
{
    const auto known = m_groups.find(name);
    if (known != m_groups.end()) {
        return *known;
    }
    spend(stepsOfName);
    return m_groups[name];
}

void InventoryTree::addGroup(const QString& group)
{
    groupNamed(group);
}

void InventoryTree::setVariable(const QString& group, const QString& key, const QString& value)
{
    spend(stepsOfVariable);
    groupNamed(group).variables[key] = value;
}

bool InventoryTree::addChild(const QString& parent, const QString& child)
{
    addGroup(parent);
    if (groupNamed(child).parents.contains(parent)) {
        return true;
    }
    if (child == allGroup || withThoseAbove({parent}).contains(child)) {
        return false;
    }
    if (parent != allGroup) {
        groupNamed(child).parents.append(parent);
    }
    return true;
}

bool InventoryTree::addHosts(const QString& pattern, const QString& group, const InventoryVariables& variables)
{
    const auto [range, port] = splitPort(pattern);
    const auto names = expandHostRange(range);
    for (const QString& name : names.value_or(QStringList())) {
        const std::size_t row = m_rows.value(name, m_hosts.size());
        if (!spend((row == m_hosts.size() ? stepsOfName : 1) + stepsOfVariable * variables.size())) {
            return true;
        }
        if (row == m_hosts.size()) {
            m_rows.insert(name, row);
            m_hosts.push_back({name, {}, {}});
        }
        Host& host = m_hosts[row];
        if (group != allGroup && group != ungroupedGroup && !host.groups.contains(group)) {
            spend(host.groups.size());
            host.groups.append(group);
        }
        if (port != 0) {
            host.variables[QStringLiteral("ansible_port")] = QString::number(port);
        }
        host.variables.insert(variables);
    }
    return names.has_value();
}

/// Those groups and the ones that hold them, nearest first.
QStringList InventoryTree::withThoseAbove(QStringList groups)
{
    QSet<QString> known(groups.begin(), groups.end());
    for (qsizetype index = 0; index < groups.size(); ++index) {
        const QStringList parents = m_groups.value(groups.at(index)).parents;
        if (!spend(stepsOfLook * (1 + parents.size()))) {
            break;
        }
        for (const QString& parent : parents) {
            if (!known.contains(parent)) {
                known.insert(parent);
                groups.append(parent);
            }
        }
    }
    return groups;
}

/// How far each group is from those that no other holds, at the farthest.
QHash<QString, int> InventoryTree::depths() const
{
    QHash<QString, QStringList> children;
    QHash<QString, qsizetype> waitsFor;
    QStringList ready;
    for (auto group = m_groups.begin(); group != m_groups.end(); ++group) {
        waitsFor[group.key()] = group->parents.size();
        if (group->parents.isEmpty()) {
            ready.append(group.key());
        }
        for (const QString& parent : group->parents) {
            children[parent].append(group.key());
        }
    }
    QHash<QString, int> depths;
    for (qsizetype index = 0; index < ready.size(); ++index) {
        const QString group = ready.at(index);
        const int below = depths.value(group) + 1;
        const QStringList all = children.value(group);
        for (const QString& child : all) {
            depths[child] = std::max(depths.value(child), below);
            if (--waitsFor[child] == 0) {
                ready.append(child);
            }
        }
    }
    return depths;
}

Inventory InventoryTree::inventory()
{
    const QString priorityKey = QStringLiteral("ansible_group_priority");
    const QHash<QString, int> depths = this->depths();
    QHash<QString, std::tuple<int, int, QString>> places; // those of groups that come later hold
    for (auto group = m_groups.begin(); group != m_groups.end(); ++group) {
        const int priority = group->variables.value(priorityKey, QStringLiteral("1")).toInt();
        places.insert(group.key(), {depths.value(group.key()), priority, group.key()});
    }
    Inventory inventory;
    for (const Host& host : m_hosts) {
        NodeEntry entry;
        entry.name = host.name;
        entry.host = host.name;
        entry.groups = withThoseAbove(host.groups);
        QStringList order = entry.groups.isEmpty() ? QStringList{QString(ungroupedGroup)} : entry.groups;
        std::sort(order.begin(), order.end(),
                  [&](const QString& left, const QString& right) { return places.value(left) < places.value(right); });
        InventoryVariables variables = m_groups.value(QString(allGroup)).variables;
        for (const QString& group : std::as_const(order)) {
            variables.insert(m_groups.value(group).variables);
        }
        variables.insert(host.variables);
        if (!spend(variables.size())) {
            break;
        }
        applyVariables(entry, variables);
        addNode(inventory, entry);
    }
    if (isTooLarge()) {
        inventory = {};
        inventory.unsound = true;
        inventory.problems.append(InventoryTreeText::tr("too many hosts, groups or variables"));
    }
    return inventory;
}

} // namespace notrack::gui
