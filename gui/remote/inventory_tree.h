#pragma once

#include "gui/remote/node_entry.h"

#include <QHash>
#include <QMap>
#include <QString>
#include <QStringList>

#include <vector>

namespace notrack::gui
{

using InventoryVariables = QMap<QString, QString>;

/// An inventory as Ansible holds it: hosts in groups, groups in groups, variables of each. A host may be named in many places, in any order;
/// what is said of it nearest to itself holds, and of what is equally near the group that comes last in the alphabet.
class InventoryTree
{
public:
    void addGroup(const QString& group);
    bool hasGroup(const QString& group) const { return m_groups.contains(group); }

    /// Puts `child` into `parent`, and makes those that are not there. False, and nothing done, where that would close a circle.
    bool addChild(const QString& parent, const QString& child);

    /// Adds what the pattern names, with its port and its range; false where the range is none.
    bool addHosts(const QString& pattern, const QString& group, const InventoryVariables& variables);

    void setVariable(const QString& group, const QString& key, const QString& value) { m_groups[group].variables[key] = value; }

    /// The hosts in the order in which they were named first.
    Inventory inventory() const;

private:
    struct Group
    {
        QStringList parents;
        InventoryVariables variables;
    };

    struct Host
    {
        QString name;
        QStringList groups; ///< those that name it
        InventoryVariables variables;
    };

    QStringList groupsOf(const Host& host) const;
    int depthOf(const QString& group) const;

    QHash<QString, Group> m_groups;
    std::vector<Host> m_hosts;
    QHash<QString, std::size_t> m_rows; ///< of m_hosts by name
};

/// Takes over the variables that say how to connect. Where there are two names of one thing, that with "ssh" in it holds, as for Ansible.
void applyVariables(NodeEntry& entry, const InventoryVariables& variables);

} // namespace notrack::gui
