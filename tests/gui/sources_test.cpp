#include "gui/remote/inventory_readers.h"
#include "gui/remote/node_sources.h"
#include "gui/remote/stray_thread.h"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

#include <semaphore>

using namespace notrack::gui;

namespace
{

void writeFile(const QString& path, const QByteArray& text)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text);
}

QString names(const Inventory& inventory)
{
    QStringList all;
    for (const NodeEntry& node : inventory.nodes) {
        all.append(node.name);
    }
    return all.join(QLatin1Char(' '));
}

/// PATH for as long as it lives.
class Path
{
public:
    explicit Path(const QByteArray& path) : m_before(qgetenv("PATH")) { qputenv("PATH", path); }
    ~Path() { qputenv("PATH", m_before); }

private:
    QByteArray m_before;
};

} // namespace

/// Sources as a fleet's operator meets them: broken, slow, gone.
class SourcesTest : public QObject
{
    Q_OBJECT

private:
    /// Reads the sources to the end.
    static Inventory read(SourceLoader& loader, const NodeSources& sources)
    {
        QSignalSpy loaded(&loader, &SourceLoader::loaded);
        loader.load(sources);
        if (loaded.isEmpty()) {
            loaded.wait(30'000);
        }
        return loaded.isEmpty() ? Inventory() : loaded.first().first().value<Inventory>();
    }

private slots:
    void aMistakeKeepsTheNodes_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("good");
        QTest::addColumn<QByteArray>("bad");
        QTest::addColumn<QString>("says");
        QTest::newRow("yaml") << "hosts.yaml" << QByteArray("all:\n  hosts:\n    a:\n    b:\n") << QByteArray("all:\n  hosts:\n    a: [\n")
                              << "hosts.yaml: line 4, column 1: ";
        QTest::newRow("yaml, another kind") << "hosts.yaml" << QByteArray("all:\n  hosts:\n    a:\n    b:\n") << QByteArray("- a\n")
                                            << "a YAML inventory is a map of groups";
        QTest::newRow("empty") << "hosts" << QByteArray("a\nb\n") << QByteArray("# nobody\n") << "hosts: names no nodes any more";
        QTest::newRow("gone") << "hosts" << QByteArray("a\nb\n") << QByteArray() << "hosts: No such file or directory";
        QTest::newRow("a program, and no Ansible")
            << "hosts.ini" << QByteArray("[x]\na\nb\n") << QByteArray("#!/bin/sh\nif true; then\nfi\n") << "hosts.ini: is a program";
    }

    void aMistakeKeepsTheNodes()
    {
        QFETCH(QString, name);
        QFETCH(QByteArray, good);
        QFETCH(QByteArray, bad);
        QFETCH(QString, says);
        const Path noAnsible("/nonexistent");
        const QTemporaryDir directory;
        const NodeSources sources{{directory.filePath(name)}, {}, {QStringLiteral("typed")}};
        SourceLoader loader;
        writeFile(directory.filePath(name), good);
        QCOMPARE(names(read(loader, sources)), QStringLiteral("typed a b"));
        if (bad.isEmpty()) {
            QVERIFY(QFile::remove(directory.filePath(name)));
        } else {
            writeFile(directory.filePath(name), bad);
        }
        const Inventory kept = read(loader, sources);
        QCOMPARE(names(kept), QStringLiteral("typed a b"));
        QVERIFY2(kept.problems.join(QLatin1Char('\n')).contains(says), qPrintable(kept.problems.join(QLatin1Char('\n'))));
        QVERIFY(kept.problems.last().contains(QStringLiteral("its nodes of")));
        writeFile(directory.filePath(name), good);
        QCOMPARE(read(loader, sources).problems, QStringList());
        read(loader, {});
        SourceLoader another;
        writeFile(directory.filePath(name), bad);
        QCOMPARE(names(read(another, sources)), QStringLiteral("typed")); // nothing to keep
    }

    void ansiblesComplaintKeepsTheNodes()
    {
        const QTemporaryDir directory;
        const QString program = directory.filePath(QStringLiteral("ansible-inventory"));
        const NodeSources sources{{directory.filePath(QStringLiteral("hosts.ini"))}, {}, {}};
        writeFile(sources.inventories.first(), "[x]\na\n");
        const Path path(directory.path().toUtf8() + ":" + qgetenv("PATH"));
        writeFile(program, "#!/bin/sh\necho '{\"x\":{\"hosts\":[\"a\"]}}'\n");
        QVERIFY(QFile::setPermissions(program, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
        SourceLoader loader;
        QCOMPARE(names(read(loader, sources)), QStringLiteral("a"));
        // As Ansible 2.14 wraps it.
        writeFile(
            program,
            "#!/bin/sh\necho ' [WARNING]:  * Failed to parse it with yaml plugin: no\n[WARNING]:  * Failed to parse it with ini plugin:\n" +
                sources.inventories.first().toUtf8() + ":2:\nExpected key=value\n[WARNING]: more' >&2\necho '{}'\n");
        const Inventory kept = read(loader, sources);
        QCOMPARE(names(kept), QStringLiteral("a"));
        QCOMPARE(kept.problems.first(), sources.inventories.first() + QStringLiteral(":2: Expected key=value"));
    }

    void sourcesAreReadSideBySide()
    {
        const QTemporaryDir directory;
        const QString program = directory.filePath(QStringLiteral("ansible-inventory"));
        writeFile(program, "#!/bin/sh\ncase $3 in */slow*) sleep 1; echo '{\"x\":{\"hosts\":[\"late\"]}}';; *) echo "
                           "'{\"x\":{\"hosts\":[\"early\"]}}';; esac\n");
        QVERIFY(QFile::setPermissions(program, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
        const Path path(directory.path().toUtf8() + ":" + qgetenv("PATH"));
        NodeSources sources;
        for (const char* name : {"slow1.ini", "slow2.ini", "fast.ini"}) {
            writeFile(directory.filePath(QLatin1String(name)), "[x]\n");
            sources.inventories.append(directory.filePath(QLatin1String(name)));
        }
        SourceLoader loader;
        QSignalSpy progressed(&loader, &SourceLoader::progressed);
        QElapsedTimer since;
        since.start();
        QSignalSpy loaded(&loader, &SourceLoader::loaded);
        loader.load(sources);
        QVERIFY(progressed.wait(900));
        QCOMPARE(names(progressed.first().first().value<Inventory>()), QStringLiteral("early"));
        QVERIFY(loaded.wait(10'000));
        QVERIFY2(since.elapsed() < 1900, "one after the other they take two seconds");
        QCOMPARE(names(loaded.first().first().value<Inventory>()), QStringLiteral("late early"));
    }

    void specialFilesAreRefused()
    {
        const Path noAnsible("/nonexistent");
        const QTemporaryDir directory;
        const QString pipe = directory.filePath(QStringLiteral("pipe"));
        QCOMPARE(mkfifo(pipe.toUtf8().constData(), 0600), 0);
        SourceLoader loader;
        for (const QString& path : {pipe, QStringLiteral("/dev/zero"), directory.path()}) {
            QCOMPARE(read(loader, {{path}, {}, {}}).problems, QStringList{path + QStringLiteral(": is no regular file")});
            QCOMPARE(read(loader, {{}, {path}, {}}).problems, QStringList{path + QStringLiteral(": is no regular file")});
        }
    }

    void nobodyWaitsForAStrayThread()
    {
        auto gate = std::make_shared<std::binary_semaphore>(0);
        int taken = 0;
        auto owner = std::make_unique<QObject>();
        inStrayThread(
            owner.get(),
            [gate] {
                gate->acquire();
                return 1;
            },
            [&taken](int) { ++taken; });
        QCOMPARE(strayThreads.load(), 1);
        owner.reset(); // returns at once
        gate->release();
        QTRY_COMPARE(strayThreads.load(), 0);
        QTest::qWait(20);
        QCOMPARE(taken, 0);
        QObject stays;
        inStrayThread(
            &stays, [] { return 2; }, [&taken](int outcome) { taken += outcome; });
        QTRY_COMPARE(taken, 2);
    }
};

QTEST_GUILESS_MAIN(SourcesTest)
#include "sources_test.moc"
