#include "gui/remote/inventory_readers.h"
#include "gui/remote/inventory_tree.h"

#include <yaml-cpp/yaml.h>

#include <QCoreApplication>
#include <QHash>
#include <QRegularExpression>

#include <cstddef>
#include <utility>
#include <vector>

namespace notrack::gui
{

namespace
{

constexpr int deepestGroup = 32;
constexpr qsizetype stepsOfPair = 40;

struct YamlText
{
    Q_DECLARE_TR_FUNCTIONS(Inventory)
};

QString textOf(const YAML::Node& node)
{
    return node.IsScalar() ? QString::fromStdString(node.Scalar()) : QString();
}

[[noreturn]] void refuse(const YAML::Node& place, const QString& mistake)
{
    throw YAML::Exception(place.Mark(), mistake.toStdString());
}

/// The pairs of a map in their order, each key once.
class Pairs
{
public:
    void add(const YAML::Node& key, const YAML::Node& value, bool over)
    {
        const QString name = textOf(key);
        const auto known = m_places.constFind(name);
        if (known == m_places.constEnd()) {
            m_places.insert(name, m_all.size());
            m_all.emplace_back(key, value);
        } else if (over) {
            m_all[*known] = {key, value};
        }
    }

    auto begin() const { return m_all.begin(); }
    auto end() const { return m_all.end(); }

private:
    std::vector<std::pair<YAML::Node, YAML::Node>> m_all;
    QHash<QString, std::size_t> m_places;
};

/// What a map says: of a key that is there twice the last, and what it takes from others by "<<" where it does not say it itself.
/// Each is counted: a file of a few lines can name the same map again and again.
Pairs pairsOf(InventoryTree& tree, const YAML::Node& map, int depth = 0)
{
    Pairs pairs;
    Pairs merged;
    if (depth > deepestGroup) {
        refuse(map, YamlText::tr("a map takes from itself"));
    }
    for (const auto& pair : map) {
        if (!tree.spend(stepsOfPair)) {
            break;
        }
        if (textOf(pair.first) != QLatin1String("<<")) {
            pairs.add(pair.first, pair.second, true);
        } else if (pair.second.IsMap()) {
            merged = pairsOf(tree, pair.second, depth + 1);
        } else if (pair.second.IsSequence()) {
            for (const YAML::Node& each : pair.second) {
                for (const auto& [key, value] : pairsOf(tree, each, depth + 1)) {
                    merged.add(key, value, false);
                }
            }
        }
    }
    for (const auto& [key, value] : merged) {
        pairs.add(key, value, false);
    }
    return pairs;
}

/// The pairs of a section: a single word stands for a map with nothing behind it, and none at all for an empty one.
Pairs sectionOf(InventoryTree& tree, const YAML::Node& section, const QString& name)
{
    if (section.IsScalar()) {
        Pairs one;
        one.add(section, YAML::Node(), true);
        return one;
    }
    if (!section.IsMap() && !section.IsNull()) {
        refuse(section, YamlText::tr("'%1' must be a map").arg(name));
    }
    return pairsOf(tree, section);
}

InventoryVariables variablesOf(InventoryTree& tree, const YAML::Node& node)
{
    InventoryVariables variables;
    if (node.IsMap()) {
        for (const auto& [key, value] : pairsOf(tree, node)) {
            variables[textOf(key)] = textOf(value);
        }
    }
    return variables;
}

void readHosts(InventoryTree& tree, const YAML::Node& hosts, const QString& group)
{
    static const QRegularExpression number(QStringLiteral(R"(^[-+]?(\d+|\d+\.\d*)$)"));
    for (const auto& [host, variables] : sectionOf(tree, hosts, QStringLiteral("hosts"))) {
        const QString pattern = textOf(host);
        if (host.Tag() == "?" && number.match(pattern).hasMatch()) {
            refuse(host, YamlText::tr("'%1' is a number; quotes make a host of it").arg(pattern));
        }
        if (!tree.addHosts(pattern, group, variablesOf(tree, variables))) {
            refuse(host, YamlText::tr("'%1' is no host, nor a range of hosts").arg(pattern));
        }
    }
}

void readGroup(InventoryTree& tree, const QString& name, const YAML::Node& group, int depth)
{
    if (!group.IsMap() && !group.IsNull()) {
        return; // as Ansible passes it over
    }
    if (depth > deepestGroup) {
        refuse(group, YamlText::tr("the groups are nested too deep"));
    }
    tree.addGroup(name);
    for (const auto& [key, section] : pairsOf(tree, group)) {
        const QString kind = textOf(key);
        if (kind == QLatin1String("vars")) {
            for (const auto& [variable, value] : sectionOf(tree, section, kind)) {
                tree.setVariable(name, textOf(variable), textOf(value));
            }
        } else if (kind == QLatin1String("children")) {
            for (const auto& [child, below] : sectionOf(tree, section, kind)) {
                readGroup(tree, textOf(child), below, depth + 1);
                if (!tree.addChild(name, textOf(child))) {
                    refuse(child, YamlText::tr("the groups '%1' and '%2' hold each other").arg(name, textOf(child)));
                }
            }
        } else if (kind == QLatin1String("hosts")) {
            readHosts(tree, section, name);
        }
    }
}

Inventory readGroups(const YAML::Node& document)
{
    if (!document.IsMap()) {
        refuse(document, YamlText::tr("a YAML inventory is a map of groups"));
    }
    if (const YAML::Node plugin = document["plugin"]; plugin) {
        refuse(plugin,
               YamlText::tr("this tells Ansible's inventory plugin %1 what to ask; only ansible-inventory can").arg(textOf(plugin)));
    }
    InventoryTree tree;
    for (const auto& [name, group] : pairsOf(tree, document)) {
        readGroup(tree, textOf(name), group, 0);
    }
    return tree.inventory();
}

} // namespace

Inventory readYamlInventory(const QString& text)
{
    try {
        return readGroups(YAML::Load(text.toStdString()));
    } catch (const YAML::Exception& exception) {
        Inventory inventory;
        inventory.unsound = true;
        inventory.problems.append(YamlText::tr("line %1, column %2: %3")
                                      .arg(exception.mark.line + 1)
                                      .arg(exception.mark.column + 1)
                                      .arg(QString::fromStdString(exception.msg)));
        return inventory;
    }
}

} // namespace notrack::gui
