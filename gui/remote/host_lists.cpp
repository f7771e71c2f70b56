#include "gui/remote/inventory_readers.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <optional>
#include <utility>

namespace notrack::gui
{

namespace
{

constexpr int deepestInclude = 8;
constexpr qint64 largestFile = 16 << 20;

struct InventoryText
{
    Q_DECLARE_TR_FUNCTIONS(Inventory)
};

/// The text of a regular file of a sane size; nothing, with a problem noted, otherwise. Never waits for somebody to write into a pipe.
std::optional<QString> readText(const QString& path, QStringList& problems)
{
    const int descriptor = open(QFile::encodeName(path).constData(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0) {
        problems.append(InventoryText::tr("%1: %2").arg(path, qt_error_string(errno)));
        return std::nullopt;
    }
    QFile file;
    file.open(descriptor, QIODevice::ReadOnly, QFileDevice::AutoCloseHandle);
    struct stat status = {};
    if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
        problems.append(InventoryText::tr("%1: is no regular file").arg(path));
        return std::nullopt;
    }
    const QByteArray bytes = file.read(largestFile + 1);
    if (bytes.size() > largestFile) {
        problems.append(InventoryText::tr("%1: too large for an inventory").arg(path));
        return std::nullopt;
    }
    return QString::fromUtf8(bytes);
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
    const auto text = readText(path, inventory.problems);
    inventory.unsound = inventory.unsound || !text;
    const QStringList lines = text.value_or(QString()).split(QLatin1Char('\n'));
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
            for (const QString& pattern : std::as_const(words)) {
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
    static const QRegularExpression iniSign(QStringLiteral(R"(^\s*\[|\s\w+=|\w\[\w*:\w+)"), QRegularExpression::MultilineOption);
    static const QRegularExpression section(QStringLiteral(R"(^\[[^:\]\s,"']+(:\w+)?\]\s*(#.*)?$)"), QRegularExpression::MultilineOption);
    static const QRegularExpression yamlSign(QStringLiteral(R"(^([\w.-]+:\s*(#.*)?$|---|\{))"), QRegularExpression::MultilineOption);
    const QString suffix = QFileInfo(path).suffix().toLower();
    const bool namedYaml = suffix == QLatin1String("yml") || suffix == QLatin1String("yaml") || suffix == QLatin1String("json");
    const bool mayBeYaml = namedYaml || suffix.isEmpty();
    if (mayBeYaml && !text.contains(section) && (namedYaml || text.contains(yamlSign))) {
        return FileKind::Yaml;
    }
    return suffix == QLatin1String("ini") || text.contains(iniSign) ? FileKind::Ini : FileKind::Plain;
}

/// What Ansible reads beside an inventory, and we do not.
QStringList neighbours(const QString& path)
{
    QStringList problems;
    for (const char* name : {"group_vars", "host_vars"}) {
        const QString directory = QFileInfo(path).dir().filePath(QLatin1String(name));
        if (QFileInfo(directory).isDir()) {
            problems.append(InventoryText::tr("%1: is passed over; only ansible-inventory reads it, and it is not installed or could not")
                                .arg(directory));
        }
    }
    return problems;
}

} // namespace

bool isPlainList(const QString& path)
{
    const QFileInfo file(path);
    QStringList problems;
    return file.isFile() && !file.isExecutable() && kindOf(path, readText(path, problems).value_or(QString())) == FileKind::Plain;
}

bool isSpecialFile(const QString& path)
{
    const QFileInfo file(path);
    return file.exists() && !file.isFile() && !file.isDir();
}

Inventory readInventoryFile(const QString& path)
{
    QStringList problems;
    const auto text = readText(path, problems);
    Inventory inventory;
    if (!text) {
        inventory.unsound = true;
    } else if (text->startsWith(QLatin1String("#!"))) {
        inventory.unsound = true;
        problems.append(
            InventoryText::tr("%1: is a program; only ansible-inventory runs those, and it is not installed or could not").arg(path));
    } else if (QFileInfo(path).suffix().toLower() == QLatin1String("toml")) {
        inventory.unsound = true;
        problems.append(
            InventoryText::tr("%1: is TOML; only ansible-inventory reads that, and it is not installed or could not").arg(path));
    } else {
        const FileKind kind = kindOf(path, *text);
        problems += kind == FileKind::Plain ? QStringList() : neighbours(path);
        switch (kind) {
        case FileKind::Yaml:
            inventory = readYamlInventory(*text);
            break;
        case FileKind::Ini:
            inventory = readIniInventory(*text);
            break;
        case FileKind::Plain:
            inventory = readPlainList(*text);
            break;
        }
        for (const QString& problem : std::as_const(inventory.problems)) {
            problems.append(InventoryText::tr("%1: %2").arg(path, problem));
        }
    }
    inventory.source = path;
    inventory.problems = problems;
    return inventory;
}

} // namespace notrack::gui
