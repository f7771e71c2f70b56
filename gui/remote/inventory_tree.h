#pragma once

#include "gui/remote/node_entry.h"

#include <QHash>
#include <QMap>
#include <QString>
#include <QStringList>

#include <cstdint>
#include <vector>

namespace notrack::gui
{

using InventoryVariables = QMap<QString, QString>;

/// An inventory as Ansible holds it: hosts in groups, groups in groups, variables of each. A host may be named in many places, in any order;
/// what is said of it nearest to itself holds, and of what is equally near the group that comes last in the alphabet. Whoever wrote it, the tree takes
/// bounded memory and time: what is too large for that is read no further, and refused.
class InventoryTree
{
public:
    void addGroup(const QString& group);
    bool hasGroup(const QString& group) const { return m_groups.contains(group); }

    /// Puts `child` into `parent`, and makes those that are not there. False, and nothing done, where that would close a circle.
    bool addChild(const QString& parent, const QString& child);

    /// Adds what the pattern names, with its port and its range; false where the range is none.
    bool addHosts(const QString& pattern, const QString& group, const InventoryVariables& variables);

    void setVariable(const QString& group, const QString& key, const QString& value);

    /// Counts what reading it takes; false once that is too much.
    bool spend(qsizetype steps);
    bool isTooLarge() const { return m_steps > mostSteps; }

    /// The hosts in the order in which they were named first; none and a problem where it is too large.
    Inventory inventory();

private:
    static constexpr std::int64_t mostSteps = 20'000'000; // a second or two; 20,000 hosts with ten variables each take 13 million

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

    Group& groupNamed(const QString& name);
    QStringList withThoseAbove(QStringList groups);
    QHash<QString, int> depths() const;

    QHash<QString, Group> m_groups;
    std::vector<Host> m_hosts;
    QHash<QString, std::size_t> m_rows; ///< of m_hosts by name
    std::int64_t m_steps = 0;
};

/// Takes over the variables that say how to connect. Where there are two names of one thing, that with "ssh" in it holds, as for Ansible.
void applyVariables(NodeEntry& entry, const InventoryVariables& variables);

} // namespace notrack::gui
