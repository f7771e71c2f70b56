#include "gui/remote/inventory_readers.h"
#include "gui/remote/inventory_tree.h"
#include "gui/remote/ssh_arguments.h"

#include <QCoreApplication>
#include <QHash>
#include <QRegularExpression>

#include <algorithm>
#include <optional>

namespace notrack::gui
{

namespace
{

struct IniText
{
    Q_DECLARE_TR_FUNCTIONS(Inventory)
};

/// A group that a section speaks of before another one declares it.
struct Pending
{
    qsizetype line = 0;
    QString mistake; ///< where none does
};

class IniReader
{
public:
    Inventory read(const QString& text);

private:
    QString readLine(const QString& line);
    QString readSection(const QString& group, const QString& kind);
    QString readHost(const QString& line);
    QString readVariable(const QString& line);
    QString readChild(const QString& line);
    void expect(const QString& group, const QString& mistake);

    InventoryTree m_tree;
    QString m_group = QStringLiteral("ungrouped");
    QString m_kind = QStringLiteral("hosts");
    QHash<QString, Pending> m_pending;
    qsizetype m_line = 0;
};

/// A value as Python reads it: quotes round a whole value are none of it, nor is what follows '#' behind them or behind a number.
QString literalValue(const QString& text)
{
    static const QRegularExpression quoted(QStringLiteral(R"(^(["'])((?:\\.|(?!\1|\\).)*)\1\s*(?:#.*)?$)"));
    static const QRegularExpression number(QStringLiteral(R"(^(-?\d+)\s*#.*$)"));
    static const QRegularExpression escape(QStringLiteral(R"(\\(["'\\]))"));
    if (const auto match = quoted.match(text); match.hasMatch()) {
        return match.captured(2).replace(escape, QStringLiteral("\\1"));
    }
    const auto match = number.match(text);
    return match.hasMatch() ? match.captured(1) : text;
}

/// The line up to a '#' that no quotes hold; nothing where quotes are left open.
std::optional<QString> withoutComment(const QString& line)
{
    QChar quote;
    for (qsizetype place = 0; place < line.size(); ++place) {
        const QChar character = line.at(place);
        if (character == QLatin1Char('\\') && quote != QLatin1Char('\'')) {
            ++place;
        } else if (!quote.isNull()) {
            quote = character == quote ? QChar() : quote;
        } else if (character == QLatin1Char('"') || character == QLatin1Char('\'')) {
            quote = character;
        } else if (character == QLatin1Char('#')) {
            return line.left(place);
        }
    }
    return quote.isNull() ? std::make_optional(line) : std::nullopt;
}

QString IniReader::readHost(const QString& line)
{
    const auto bare = withoutComment(line);
    QStringList words = bare ? shellWords(*bare) : QStringList();
    if (words.isEmpty()) {
        return IniText::tr("quotes are left open");
    }
    const QString pattern = words.takeFirst();
    InventoryVariables variables;
    for (const QString& word : std::as_const(words)) {
        const auto equals = word.indexOf(QLatin1Char('='));
        if (equals < 0) {
            return IniText::tr("key=value is expected, not '%1'").arg(word);
        }
        variables[word.left(equals)] = literalValue(word.mid(equals + 1));
    }
    if (pattern.endsWith(QLatin1Char(':')) || !m_tree.addHosts(pattern, m_group, variables)) {
        return IniText::tr("'%1' is no host, nor a range of hosts").arg(pattern);
    }
    return {};
}

QString IniReader::readVariable(const QString& line)
{
    const auto equals = line.indexOf(QLatin1Char('='));
    if (equals < 0) {
        return IniText::tr("key=value is expected, not '%1'").arg(line);
    }
    m_tree.setVariable(m_group, line.left(equals).trimmed(), literalValue(line.mid(equals + 1).trimmed()));
    return {};
}

void IniReader::expect(const QString& group, const QString& mistake)
{
    if (!m_tree.hasGroup(group) && !m_pending.contains(group)) {
        m_pending.insert(group, {m_line, mistake});
    }
}

QString IniReader::readChild(const QString& line)
{
    static const QRegularExpression name(QStringLiteral(R"(^([^:\]\s]+)\s*(?:#.*)?$)"));
    const auto match = name.match(line);
    if (!match.hasMatch()) {
        return IniText::tr("the name of a group is expected, not '%1'").arg(line);
    }
    const QString child = match.captured(1);
    expect(child, IniText::tr("there is no group '%1'").arg(child));
    if (!m_tree.addChild(m_group, child)) {
        return IniText::tr("the groups '%1' and '%2' hold each other").arg(m_group, child);
    }
    return {};
}

QString IniReader::readSection(const QString& group, const QString& kind)
{
    static const QStringList kinds = {QStringLiteral("hosts"), QStringLiteral("children"), QStringLiteral("vars")};
    m_group = group;
    m_kind = kind.isEmpty() ? kinds.first() : kind;
    if (!kinds.contains(m_kind)) {
        return IniText::tr("'%1' is no kind of section; there are hosts, children and vars").arg(m_kind);
    }
    if (m_kind == kinds.last()) {
        expect(group, IniText::tr("there is no group '%1'").arg(group));
    } else {
        m_pending.remove(group);
    }
    m_tree.addGroup(group);
    return {};
}

QString IniReader::readLine(const QString& line)
{
    static const QRegularExpression section(QStringLiteral(R"(^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?$)"));
    if (const auto match = section.match(line); match.hasMatch()) {
        return readSection(match.captured(1), match.captured(2));
    }
    if (line.startsWith(QLatin1Char('[')) && line.endsWith(QLatin1Char(']'))) {
        return IniText::tr("'%1' is no section").arg(line);
    }
    return m_kind == QLatin1String("vars") ? readVariable(line) : m_kind == QLatin1String("children") ? readChild(line) : readHost(line);
}

Inventory IniReader::read(const QString& text)
{
    m_tree.addGroup(QStringLiteral("all"));
    m_tree.addGroup(m_group);
    QString mistake;
    const QStringList lines = text.split(QLatin1Char('\n'));
    for (const QString& raw : lines) {
        ++m_line;
        const QString line = raw.trimmed();
        if (!line.isEmpty() && !line.startsWith(QLatin1Char('#')) && !line.startsWith(QLatin1Char(';'))) {
            mistake = readLine(line);
        }
        if (!mistake.isEmpty() || m_tree.isTooLarge()) {
            break;
        }
    }
    if (mistake.isEmpty() && !m_pending.isEmpty() && !m_tree.isTooLarge()) {
        const auto first = std::min_element(m_pending.begin(), m_pending.end(),
                                            [](const Pending& left, const Pending& right) { return left.line < right.line; });
        m_line = first->line;
        mistake = first->mistake;
    }
    if (mistake.isEmpty()) {
        return m_tree.inventory();
    }
    Inventory inventory;
    inventory.unsound = true;
    inventory.problems.append(IniText::tr("line %1: %2").arg(m_line).arg(mistake));
    return inventory;
}

} // namespace

Inventory readIniInventory(const QString& text)
{
    return IniReader().read(text);
}

} // namespace notrack::gui
