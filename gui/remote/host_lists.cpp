#include "gui/remote/inventory_readers.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>

namespace notrack::gui
{

namespace
{

constexpr int deepestInclude = 8;
constexpr qint64 largestFile = 16 << 20;

QString translate(const char* text)
{
    return QCoreApplication::translate("Inventory", text);
}

/// The text of a file of a sane size; a problem is noted otherwise.
QString readText(const QString& path, QStringList& problems)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        problems.append(translate("%1: %2").arg(path, file.errorString()));
        return {};
    }
    if (file.size() > largestFile) {
        problems.append(translate("%1: too large for an inventory").arg(path));
        return {};
    }
    return QString::fromUtf8(file.readAll());
}

QStringList includedFiles(const QString& pattern, const QString& including)
{
    QString path = pattern;
    if (path.startsWith(QLatin1String("~/"))) {
        path = QDir::homePath() + path.mid(1);
    } else if (QDir::isRelativePath(path)) {
        path = QFileInfo(including).dir().filePath(path);
    }
    const QFileInfo file(path);
    QStringList files;
    const QStringList names = file.dir().entryList({file.fileName()}, QDir::Files, QDir::Name);
    for (const QString& name : names) {
        files.append(file.dir().filePath(name));
    }
    return files;
}

void addHosts(Inventory& inventory, const QStringList& patterns)
{
    static const QRegularExpression wildcard(QStringLiteral("[*?!]"));
    for (const QString& pattern : patterns) {
        if (!pattern.contains(wildcard)) {
            NodeEntry entry;
            entry.name = pattern;
            entry.host = pattern;
            addNode(inventory, entry);
        }
    }
}

void readSshConfigFile(Inventory& inventory, const QString& path, int depth)
{
    static const QRegularExpression separator(QStringLiteral("[\\s=]+"));
    const QStringList lines = readText(path, inventory.problems).split(QLatin1Char('\n'));
    for (const QString& raw : lines) {
        QString line = raw.trimmed();
        line.remove(QLatin1Char('"'));
        QStringList words = line.split(separator, Qt::SkipEmptyParts);
        if (words.size() < 2 || line.startsWith(QLatin1Char('#'))) {
            continue;
        }
        const QString keyword = words.takeFirst().toLower();
        if (keyword == QLatin1String("host")) {
            addHosts(inventory, words);
        } else if (keyword == QLatin1String("include") && depth < deepestInclude) {
            for (const QString& pattern : qAsConst(words)) {
                const QStringList files = includedFiles(pattern, path);
                for (const QString& file : files) {
                    readSshConfigFile(inventory, file, depth + 1);
                }
            }
        }
    }
}

} // namespace

Inventory readSshConfig(const QString& path)
{
    Inventory inventory;
    readSshConfigFile(inventory, path, 0);
    inventory.source = path;
    return inventory;
}

Inventory readPlainList(const QString& text)
{
    Inventory inventory;
    const QStringList lines = text.split(QLatin1Char('\n'));
    for (const QString& raw : lines) {
        const QString line = raw.section(QLatin1Char('#'), 0, 0).trimmed();
        if (line.isEmpty()) {
            continue;
        }
        QString problem;
        if (const auto entry = readNodeArgument(line, problem)) {
            addNode(inventory, *entry);
        } else {
            inventory.problems.append(problem);
        }
    }
    return inventory;
}

namespace
{

enum class FileKind { Yaml, Ini, Plain };

FileKind kindOf(const QString& path, const QString& text)
{
    static const QRegularExpression iniSign(QStringLiteral(R"(^\s*\[|\s\w+=)"), QRegularExpression::MultilineOption);
    const QString suffix = QFileInfo(path).suffix().toLower();
    if (suffix == QLatin1String("yml") || suffix == QLatin1String("yaml") || suffix == QLatin1String("json") ||
        text.startsWith(QLatin1String("---"))) {
        return FileKind::Yaml;
    }
    return suffix == QLatin1String("ini") || text.contains(iniSign) ? FileKind::Ini : FileKind::Plain;
}

} // namespace

bool isPlainList(const QString& path)
{
    const QFileInfo file(path);
    QStringList problems;
    return file.isFile() && !file.isExecutable() && kindOf(path, readText(path, problems)) == FileKind::Plain;
}

Inventory readInventoryFile(const QString& path)
{
    QStringList problems;
    const QString text = readText(path, problems);
    Inventory inventory;
    switch (kindOf(path, text)) {
    case FileKind::Yaml:
        inventory = readYamlInventory(text);
        break;
    case FileKind::Ini:
        inventory = readIniInventory(text);
        break;
    case FileKind::Plain:
        inventory = readPlainList(text);
        break;
    }
    inventory.source = path;
    inventory.problems = problems + inventory.problems;
    return inventory;
}

} // namespace notrack::gui
