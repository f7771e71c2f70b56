#include "gui/remote/inventory_readers.h"
#include "gui/remote/ssh_arguments.h"

#include <QHash>
#include <QRegularExpression>

#include <algorithm>

namespace notrack::gui
{

namespace
{

constexpr int largestRange = 10'000;

/// The INI file's groups before hosts are made from them.
struct IniGroups
{
    QHash<QString, QStringList> parents;               ///< by child group
    QHash<QString, QHash<QString, QString>> variables; ///< by group
    std::vector<NodeEntry> hosts;                      ///< in file order; groups: those that name the host directly
    QHash<QString, std::size_t> rows;                  ///< of `hosts` by name
    QHash<QString, QHash<QString, QString>> hostVariables;
};

QHash<QString, QString> readVariables(const QStringList& words)
{
    QHash<QString, QString> variables;
    for (const QString& word : words) {
        const auto equals = word.indexOf(QLatin1Char('='));
        if (equals > 0) {
            variables.insert(word.left(equals).trimmed(), word.mid(equals + 1).trimmed());
        }
    }
    return variables;
}

/// "key='a value'" as "key=a value": in a section of variables quotes go round a whole value.
QString withoutQuotes(const QString& line)
{
    static const QRegularExpression quoted(QStringLiteral(R"(^([^=]+)=\s*(['"])(.*)\2\s*$)"));
    const auto match = quoted.match(line);
    return match.hasMatch() ? match.captured(1).trimmed() + QLatin1Char('=') + match.captured(3) : line;
}

void readHostLine(IniGroups& groups, const QString& line, const QString& group)
{
    QStringList words = shellWords(line);
    if (words.isEmpty()) {
        return;
    }
    const auto [pattern, port] = splitPort(words.takeFirst());
    const QStringList names = expandHostRange(pattern);
    for (const QString& name : names) {
        const std::size_t row = groups.rows.value(name, groups.hosts.size());
        if (row == groups.hosts.size()) {
            NodeEntry host;
            host.name = name;
            host.host = name;
            groups.hosts.push_back(host);
            groups.rows.insert(name, row);
        }
        NodeEntry& known = groups.hosts[row];
        if (!group.isEmpty() && !known.groups.contains(group)) {
            known.groups.append(group);
        }
        if (port != 0) {
            groups.hostVariables[name].insert(QStringLiteral("ansible_port"), QString::number(port));
        }
        groups.hostVariables[name].insert(readVariables(words));
    }
}

void readLine(IniGroups& groups, const QString& line, const QString& section, const QString& kind)
{
    if (kind == QLatin1String("children")) {
        groups.parents[line].append(section);
        return;
    }
    if (kind == QLatin1String("vars")) {
        groups.variables[section].insert(readVariables({withoutQuotes(line)}));
        return;
    }
    readHostLine(groups, line, section);
}

/// All groups that hold `group`, nearest first, itself included; a cycle ends where it closes.
QStringList withParents(const IniGroups& groups, const QStringList& direct)
{
    QStringList all = direct;
    for (qsizetype index = 0; index < all.size(); ++index) {
        const QStringList parents = groups.parents.value(all.at(index));
        for (const QString& parent : parents) {
            if (!all.contains(parent)) {
                all.append(parent);
            }
        }
    }
    return all;
}

void applyVariables(NodeEntry& host, const QHash<QString, QString>& variables)
{
    for (auto variable = variables.begin(); variable != variables.end(); ++variable) {
        applyVariable(host, variable.key(), variable.value());
    }
}

} // namespace

QStringList expandHostRange(const QString& pattern)
{
    static const QRegularExpression range(QStringLiteral(R"(^(.*?)\[(\w+):(\w+)(?::(\d+))?\](.*)$)"));
    const auto match = range.match(pattern);
    if (!match.hasMatch()) {
        return {pattern};
    }
    const QString first = match.captured(2);
    const QString last = match.captured(3);
    const bool letters = first.size() == 1 && first.at(0).isLetter() && last.size() == 1;
    const int from = letters ? first.at(0).unicode() : first.toInt();
    const int to = letters ? last.at(0).unicode() : last.toInt();
    const int step = std::max(1, match.captured(4).toInt());
    QStringList names;
    for (int value = from; value <= to && names.size() < largestRange; value += step) {
        const QString middle = letters ? QString(QChar(value)) : QStringLiteral("%1").arg(value, int(first.size()), 10, QLatin1Char('0'));
        names += expandHostRange(match.captured(1) + middle + match.captured(5));
    }
    return names.mid(0, largestRange);
}

std::pair<QString, int> splitPort(const QString& pattern)
{
    static const QRegularExpression address(QStringLiteral(R"(^\[([0-9a-fA-F.]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)\](?::(\d+))?$)"));
    static const QRegularExpression host(QStringLiteral(R"(^((?:[^:\[\]]|\[[^\]]*\])+):(\d+)$)"));
    for (const QRegularExpression* form : {&address, &host}) {
        const auto match = form->match(pattern);
        if (match.hasMatch()) {
            return {match.captured(1), match.captured(2).toInt()};
        }
    }
    return {pattern, 0};
}

bool applyVariable(NodeEntry& entry, const QString& key, const QString& value)
{
    if (key == QLatin1String("ansible_host") || key == QLatin1String("ansible_ssh_host")) {
        entry.host = value;
    } else if (key == QLatin1String("ansible_port") || key == QLatin1String("ansible_ssh_port")) {
        const int port = value.toInt();
        entry.port = port > 0 && port < 65536 ? port : 0;
    } else if (key == QLatin1String("ansible_user") || key == QLatin1String("ansible_ssh_user")) {
        entry.user = value;
    } else if (key == QLatin1String("ansible_ssh_private_key_file") || key == QLatin1String("ansible_private_key_file")) {
        entry.identityFile = value;
    } else if (key == QLatin1String("ansible_ssh_common_args") || key == QLatin1String("ansible_ssh_extra_args")) {
        const SshArguments arguments = readSshArguments(value);
        (key.contains(QLatin1String("common")) ? entry.commonArguments : entry.extraArguments) = arguments.taken;
        entry.passedOver += arguments.passedOver;
    } else if (key == QLatin1String("ansible_connection")) {
        entry.local = value == QLatin1String("local");
    } else {
        return false;
    }
    return true;
}

Inventory readIniInventory(const QString& text)
{
    IniGroups groups;
    QString section;
    QString kind;
    const QStringList lines = text.split(QLatin1Char('\n'));
    for (const QString& raw : lines) {
        const auto comment = raw.indexOf(QStringLiteral(" #"));
        const QString line = raw.left(comment < 0 ? raw.size() : comment).trimmed();
        if (line.isEmpty() || line.startsWith(QLatin1Char('#')) || line.startsWith(QLatin1Char(';'))) {
            continue;
        }
        if (line.startsWith(QLatin1Char('[')) && line.endsWith(QLatin1Char(']'))) {
            const QStringList parts = line.mid(1, line.size() - 2).split(QLatin1Char(':'));
            section = parts.value(0);
            kind = parts.value(1);
            continue;
        }
        readLine(groups, line, section, kind);
    }
    Inventory inventory;
    for (NodeEntry host : groups.hosts) {
        host.groups = withParents(groups, host.groups);
        applyVariables(host, groups.variables.value(QStringLiteral("all")));
        for (auto group = host.groups.crbegin(); group != host.groups.crend(); ++group) {
            applyVariables(host, groups.variables.value(*group));
        }
        applyVariables(host, groups.hostVariables.value(host.name));
        host.groups.removeAll(QStringLiteral("all"));
        host.groups.removeAll(QStringLiteral("ungrouped"));
        addNode(inventory, host);
    }
    return inventory;
}

} // namespace notrack::gui
