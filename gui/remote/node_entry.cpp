#include "gui/remote/node_entry.h"

#include "gui/remote/captures.h"
#include "gui/remote/link_state.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QRegularExpression>

#include <algorithm>

namespace notrack::gui
{

namespace
{

constexpr int longestHost = 255;

struct NodeEntryText
{
    Q_DECLARE_TR_FUNCTIONS(NodeEntry)
};

bool isAsciiLetterOrDigit(QChar character)
{
    const char16_t unit = character.unicode();
    return (unit >= u'a' && unit <= u'z') || (unit >= u'A' && unit <= u'Z') || (unit >= u'0' && unit <= u'9');
}

std::optional<QString> objection(const QString& text, QStringView allowed)
{
    if (text.isEmpty()) {
        return NodeEntryText::tr("it is empty");
    }
    if (text.startsWith(QLatin1Char('-'))) {
        return NodeEntryText::tr("it begins with '-', which ssh would take for an option");
    }
    if (text.size() > longestHost) {
        return NodeEntryText::tr("it is longer than 255 characters");
    }
    const bool clean = std::all_of(text.begin(), text.end(),
                                   [allowed](QChar character) { return isAsciiLetterOrDigit(character) || allowed.contains(character); });
    if (!clean) {
        return NodeEntryText::tr("it holds a space, a control character or another character that no host has");
    }
    return std::nullopt;
}

} // namespace

std::optional<QString> objectionToHost(const QString& host)
{
    return objection(host, u"._-:%");
}

std::optional<QString> objectionToUser(const QString& user)
{
    return objection(user, u"._-+@");
}

QString shortName(const QString& name)
{
    const QString first = name.section(QLatin1Char('.'), 0, 0).toLower();
    const bool address =
        name.contains(QLatin1Char(':')) || std::all_of(first.begin(), first.end(), [](QChar character) { return character.isDigit(); });
    return address ? name.toLower() : first;
}

NodeEntry localNode()
{
    NodeEntry entry;
    entry.name = QStringLiteral("local");
    entry.host = QStringLiteral("localhost");
    entry.local = true;
    return entry;
}

std::optional<NodeEntry> readNodeArgument(const QString& text, QString& problem)
{
    if (text == QLatin1String("local")) {
        return localNode();
    }
    NodeEntry entry;
    entry.host = text;
    const auto at = text.lastIndexOf(QLatin1Char('@'));
    if (at >= 0) {
        entry.user = text.left(at);
        entry.host = text.mid(at + 1);
    }
    static const QRegularExpression parts(QStringLiteral(R"(^(?:\[([^\]]*)\]|([^:]*))(?::([^:]*))?$)"));
    const auto match = parts.match(entry.host); // else an IPv6 address without brackets
    if (match.hasMatch()) {
        entry.host = match.captured(1) + match.captured(2);
    }
    if (match.capturedStart(3) >= 0) {
        bool valid = false;
        entry.port = match.captured(3).toInt(&valid);
        if (!valid || entry.port < 1 || entry.port > 65535) {
            problem = NodeEntryText::tr("%1: the port must be a number from 1 to 65535").arg(text);
            return std::nullopt;
        }
    }
    entry.name = entry.port == 0 ? entry.host : text.mid(at + 1);
    const auto hostObjection = objectionToHost(entry.host);
    const auto userObjection = at >= 0 ? objectionToUser(entry.user) : std::nullopt;
    if (hostObjection || userObjection) {
        problem = NodeEntryText::tr("%1: refused, %2").arg(text, hostObjection.value_or(userObjection.value_or(QString())));
        return std::nullopt;
    }
    return entry;
}

namespace
{

/// A capture of a node that is watched, or another one of it, is a row of its own; the same file twice is one.
void addAnotherCapture(Inventory& inventory, NodeEntry entry)
{
    entry.name = QStringLiteral("%1 (%2)").arg(entry.name, safeLine(QFileInfo(entry.captured->path).fileName(), 100));
    if (!inventory.rows.contains(entry.name)) {
        inventory.rows.insert(entry.name, inventory.nodes.size());
        inventory.nodes.push_back(std::move(entry));
    }
}

} // namespace

void addNode(Inventory& inventory, const NodeEntry& entry)
{
    if (const auto known = inventory.rows.constFind(entry.name); known != inventory.rows.constEnd()) {
        if (entry.captured) {
            return addAnotherCapture(inventory, entry);
        }
        QStringList& groups = inventory.nodes[*known].groups;
        for (const QString& group : entry.groups) {
            if (!groups.contains(group)) {
                groups.append(group);
            }
        }
        return;
    }
    auto refused = entry.captured            ? std::nullopt
                   : entry.refusal.isEmpty() ? objectionToHost(entry.host)
                                             : std::make_optional(entry.refusal);
    if (!refused && !entry.user.isEmpty()) {
        refused = objectionToUser(entry.user);
    }
    if (refused) {
        const QString problem = NodeEntryText::tr("%1: refused, %2").arg(entry.name, *refused);
        if (!inventory.problems.contains(problem)) { // a host of several groups
            inventory.problems.append(problem);
        }
        return;
    }
    for (const QString& option : entry.passedOver) {
        const QString problem =
            NodeEntryText::tr(
                "arguments for ssh: %1 is passed over, since an inventory runs nothing on this desk; put it into ~/.ssh/config")
                .arg(option);
        if (!inventory.problems.contains(problem)) {
            inventory.problems.append(problem);
        }
    }
    inventory.rows.insert(entry.name, inventory.nodes.size());
    inventory.nodes.push_back(entry);
}

namespace
{

/// Nodes with one address and port are one machine, which would be counted twice.
void tellAliases(Inventory& inventory)
{
    QHash<QString, QString> names;
    for (const NodeEntry& node : inventory.nodes) {
        if (node.captured) {
            continue;
        }
        const QString place = node.local ? QStringLiteral("local") : QStringLiteral("%1 %2").arg(node.host.toLower()).arg(node.port);
        const bool hasWay =
            !node.commonArguments.isEmpty() || !node.extraArguments.isEmpty(); // another one behind another jump host, maybe
        if (!hasWay && names.contains(place)) {
            inventory.problems.append(
                NodeEntryText::tr("%1 and %2 are the same machine, %3: it is counted twice").arg(names.value(place), node.name, node.host));
        }
        names.insert(place, node.name);
    }
}

} // namespace

Inventory joinInventories(const std::vector<Inventory>& inventories)
{
    Inventory joined;
    QStringList sources;
    for (const Inventory& inventory : inventories) {
        sources.append(inventory.source);
        joined.problems.append(inventory.problems);
        joined.unsound = joined.unsound || inventory.unsound;
        for (const NodeEntry& node : inventory.nodes) {
            addNode(joined, node);
        }
    }
    tellAliases(joined);
    joined.source = sources.join(QStringLiteral(", "));
    return joined;
}

} // namespace notrack::gui
