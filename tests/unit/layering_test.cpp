#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

namespace
{

const QString quoted = QStringLiteral("^#include [\"]([^\"]+)[\"]");
const QString angled = QStringLiteral("^#include <([^>]+)>");
constexpr int mostLines = 400;

/// A folder of sources and what its files may include: folders, or single headers.
struct Room
{
    QString folder;
    QStringList mayInclude;
};

/// The tables of ARCHITECTURE.md, top to bottom: a folder of the portable core may include those above it.
QList<Room> rooms()
{
    QList<Room> rooms;
    QStringList core;
    for (const char* name : {"base", "net", "profile", "rules", "findings", "report", "run"}) {
        core << QStringLiteral("core/") + name;
        rooms << Room{core.back(), core};
    }
    const QStringList system{"core/base", "core/net", "core/linux/system"};
    const QStringList doors = core + QStringList{"core/linux/system"};
    const QStringList readers{"core/linux/nftables/nf_tables.h", "core/linux/nftables/rules_reader.h", "core/linux/nftables/rules_hash.h",
                              "core/linux/iptables/legacy_table.h"};
    const QStringList node = doors + QStringList{"core/linux/node"} + readers;
    QStringList linux{"core/linux"};
    rooms << Room{"core/linux/system", system} << Room{"core/linux/iptables", doors + QStringList{"core/linux/iptables"}}
          << Room{"core/linux/nftables", doors + QStringList{"core/linux/nftables"}} << Room{"core/linux/node", node}
          << Room{"core/linux/dns", doors + QStringList{"core/linux/node", "core/linux/dns"}};
    for (const char* name : {"system", "iptables", "nftables", "node", "dns"})
        linux << QStringLiteral("core/linux/") + name;
    rooms << Room{"core/linux", core + linux} << Room{"headless", core + linux + QStringList{"headless"}};
    QStringList gui = core;
    for (const char* name : {"gui/remote", "gui/model", "gui/view"}) {
        gui << name;
        rooms << Room{name, gui};
    }
    gui << "gui";
    rooms << Room{"gui", gui};
    return rooms;
}

QString read(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        qFatal("cannot read %s", qPrintable(path));
    return QString::fromUtf8(file.readAll());
}

QStringList includesOf(const QString& path, const QString& pattern)
{
    QStringList found;
    QRegularExpressionMatchIterator matches = QRegularExpression(pattern, QRegularExpression::MultilineOption).globalMatch(read(path));
    while (matches.hasNext())
        found << matches.next().captured(1);
    return found;
}

QString folderOf(const QString& path)
{
    return path.left(path.lastIndexOf('/'));
}

QStringList sourcesBelow(const QDir& root, const QStringList& folders)
{
    QStringList files;
    for (const QString& folder : folders) {
        QDirIterator found(root.filePath(folder), {"*.h", "*.cpp"}, QDir::Files, QDirIterator::Subdirectories);
        while (found.hasNext())
            files << root.relativeFilePath(found.next());
    }
    files.sort();
    return files;
}

const QStringList sourceFolders{"core", "headless", "gui"};

/// One line for every include that no room allows, and for every file that stands in no room.
QStringList violationsIn(const QDir& root)
{
    QStringList violations;
    const QList<Room> all = rooms();
    for (const QString& file : sourcesBelow(root, sourceFolders)) {
        const auto room = std::find_if(all.begin(), all.end(), [&](const Room& one) { return one.folder == folderOf(file); });
        if (room == all.end()) {
            violations << file + " stands in no room";
            continue;
        }
        for (const QString& include : includesOf(root.filePath(file), quoted)) {
            if (!room->mayInclude.contains(folderOf(include)) && !room->mayInclude.contains(include))
                violations << file + " includes " + include;
        }
    }
    return violations;
}

/// Headers that include each other in a circle, named by the one at which the circle closes.
class Circles
{
public:
    explicit Circles(const QDir& root) : m_root(root)
    {
        for (const QString& file : sourcesBelow(root, sourceFolders))
            visit(file);
    }

    QStringList found;

private:
    void visit(const QString& file)
    {
        if (m_done.contains(file) || !QFile::exists(m_root.filePath(file)))
            return;
        if (m_open.contains(file)) {
            found << file;
            return;
        }
        m_open << file;
        for (const QString& include : includesOf(m_root.filePath(file), quoted))
            visit(include);
        m_open.removeAll(file);
        m_done << file;
    }

    QDir m_root;
    QStringList m_open;
    QSet<QString> m_done;
};

} // namespace

/// Reads every #include below the source folders and holds it against the rooms of ARCHITECTURE.md.
class LayeringTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void includesFollowTheRooms() { QCOMPARE(violationsIn(QDir(NOTRACK_SOURCE_DIR)), QStringList()); }

    void nothingIncludesItselfInACircle() { QCOMPARE(Circles(QDir(NOTRACK_SOURCE_DIR)).found, QStringList()); }

    void aPlantedIncludeIsFound_data()
    {
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("to");
        for (const Room& from : rooms()) {
            for (const Room& to : rooms()) {
                if (!from.mayInclude.contains(to.folder))
                    QTest::addRow("%s must not include %s", qPrintable(from.folder), qPrintable(to.folder)) << from.folder << to.folder;
            }
        }
    }

    void aPlantedIncludeIsFound()
    {
        QFETCH(QString, from);
        QFETCH(QString, to);
        const QTemporaryDir root;
        plant(root.filePath(from), "planted.cpp", "#include \"" + to + "/x.h\"\n");
        QCOMPARE(violationsIn(QDir(root.path())), QStringList(from + "/planted.cpp includes " + to + "/x.h"));
    }

    void aPlantedRoomAndCircleAreFound()
    {
        const QTemporaryDir root;
        plant(root.filePath("core/cellar"), "x.h", "");
        plant(root.filePath("core/net"), "one.h", "#include \"core/net/other.h\"\n");
        plant(root.filePath("core/net"), "other.h", "#include \"core/net/one.h\"\n");
        QCOMPARE(violationsIn(QDir(root.path())), QStringList("core/cellar/x.h stands in no room"));
        QCOMPARE(Circles(QDir(root.path())).found, QStringList("core/net/one.h"));
    }

    void architectureNamesEveryRoom()
    {
        const QString text = read(QString(NOTRACK_SOURCE_DIR) + "/ARCHITECTURE.md");
        QStringList missing;
        for (const Room& room : rooms()) {
            if (!text.contains("| `" + room.folder + "/` |"))
                missing << room.folder;
        }
        QCOMPARE(missing, QStringList());
    }

    void theCoreIsPortable()
    {
        const QDir root(NOTRACK_SOURCE_DIR);
        QStringList violations;
        for (const QString& file : sourcesBelow(root, {"core"})) {
            if (file.startsWith("core/linux/"))
                continue;
            for (const QString& include : includesOf(root.filePath(file), angled)) {
                if (include.startsWith("linux/") || include.startsWith("libiptc/") || include.startsWith('Q'))
                    violations << file + " includes " + include;
            }
        }
        QCOMPARE(violations, QStringList());
    }

    void filesAreShort()
    {
        const QDir root(NOTRACK_SOURCE_DIR);
        QStringList tooLong;
        for (const QString& file : sourcesBelow(root, sourceFolders + QStringList{"tests"})) {
            const qsizetype lines = read(root.filePath(file)).count('\n');
            if (lines > mostLines)
                tooLong << QString("%1 has %2 lines").arg(file).arg(lines);
        }
        QCOMPARE(tooLong, QStringList());
    }

private:
    static void plant(const QString& folder, const QString& name, const QString& text)
    {
        QVERIFY(QDir().mkpath(folder));
        QFile file(folder + "/" + name);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text.toUtf8());
    }
};

QTEST_APPLESS_MAIN(LayeringTest)
#include "layering_test.moc"
