#include "gui/remote/ansible_inventory.h"
#include "gui/remote/inventory_readers.h"
#include "gui/remote/node_sources.h"
#include "gui/remote/ssh_arguments.h"
#include "gui/remote/ssh_command.h"

#include <QDir>
#include <QProcess>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace notrack::gui;

namespace
{

QString flat(const Inventory& inventory)
{
    QStringList lines;
    for (const NodeEntry& node : inventory.nodes) {
        QStringList groups = node.groups;
        groups.sort();
        QString line = node.name + QLatin1Char('=') + (node.local ? QStringLiteral("local") : node.host);
        line += node.port == 0 ? QString() : QStringLiteral(":%1").arg(node.port);
        line += node.user.isEmpty() ? QString() : QLatin1Char('/') + node.user;
        lines.append(line + QLatin1Char('[') + groups.join(QLatin1Char(',')) + QLatin1Char(']'));
    }
    return lines.join(QLatin1Char(' '));
}

const char* const iniText = R"(lone
[workers]
node[01:02].a ansible_user=root
odd ansible_host=10.0.0.9 ansible_port=2222   # a comment
[edge]
odd
here ansible_connection=local
[cluster:children]
workers
edge
[workers:vars]
ansible_port=22022
[edge]
-oProxyCommand=evil
)";

void writeFile(const QString& path, const QByteArray& text)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text);
}

} // namespace

class InventoryTest : public QObject
{
    Q_OBJECT

private slots:
    void hosts_data()
    {
        QTest::addColumn<QString>("host");
        QTest::addColumn<bool>("allowed");
        QTest::newRow("name") << "node-1.example.org" << true;
        QTest::newRow("IPv4") << "10.0.0.1" << true;
        QTest::newRow("IPv6 with zone") << "fe80::1%eth0" << true;
        QTest::newRow("option") << "-oProxyCommand=evil" << false;
        QTest::newRow("space") << "a b" << false;
        QTest::newRow("newline") << "a\nb" << false;
        QTest::newRow("NUL") << QString(QStringLiteral("a") + QChar(0)) << false;
        QTest::newRow("shell") << "a;touch$IFS/tmp/x" << false;
        QTest::newRow("command") << "$(id)" << false;
        QTest::newRow("empty") << "" << false;
        QTest::newRow("look-alike letters") << QString(QChar(0x0430)) << false;
        QTest::newRow("long") << QString(256, QLatin1Char('a')) << false;
    }

    void hosts()
    {
        QFETCH(QString, host);
        QFETCH(bool, allowed);
        QCOMPARE(!objectionToHost(host).has_value(), allowed);
    }

    void arguments_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("read"); // as flat() prints it, without the groups
        QTest::newRow("host") << "a"
                              << "a=a[]";
        QTest::newRow("all") << "root@a:22"
                             << "a:22=a:22/root[]";
        QTest::newRow("IPv6") << "fd00::1"
                              << "fd00::1=fd00::1[]";
        QTest::newRow("IPv6 in brackets") << "[fd00::1]"
                                          << "fd00::1=fd00::1[]";
        QTest::newRow("IPv6 with port") << "u@[fd00::1]:2222"
                                        << "[fd00::1]:2222=fd00::1:2222/u[]";
        QTest::newRow("no port") << "a:"
                                 << "";
        QTest::newRow("large port") << "a:65536"
                                    << "";
        QTest::newRow("bad port") << "a:ssh"
                                  << "";
        QTest::newRow("no user") << "@a"
                                 << "";
        QTest::newRow("option as user") << "-oX@a"
                                        << "";
        QTest::newRow("option as host") << "root@-oX"
                                        << "";
        QTest::newRow("nothing in brackets") << "[]:22"
                                             << "";
    }

    void arguments()
    {
        QFETCH(QString, text);
        QFETCH(QString, read);
        QString problem;
        Inventory inventory;
        if (const auto entry = readNodeArgument(text, problem)) {
            addNode(inventory, *entry);
        }
        QCOMPARE(flat(inventory), read);
        QCOMPARE(problem.isEmpty(), !read.isEmpty());
    }

    void shortNames()
    {
        QCOMPARE(shortName(QStringLiteral("Node1.example.org")), QStringLiteral("node1"));
        QCOMPARE(shortName(QStringLiteral("10.0.0.1")), QStringLiteral("10.0.0.1"));
        QCOMPARE(shortName(QStringLiteral("FD00::1.2")), QStringLiteral("fd00::1.2"));
    }

    void ini()
    {
        const Inventory inventory = readIniInventory(QString::fromLatin1(iniText));
        QCOMPARE(flat(inventory),
                 QStringLiteral("lone=lone[] node01.a=node01.a:22022/root[cluster,workers] node02.a=node02.a:22022/root[cluster,workers] "
                                "odd=10.0.0.9:2222[cluster,edge,workers] here=local[cluster,edge]"));
        QCOMPARE(inventory.problems.size(), 1);
        QVERIFY(inventory.problems.first().contains(QStringLiteral("begins with '-'")));
    }

    void yaml()
    {
        const Inventory inventory = readYamlInventory(
            QStringLiteral("all:\n  vars: {ansible_user: ops}\n  hosts:\n    lone:\n  children:\n    cluster:\n"
                           "      children:\n        workers:\n          hosts:\n            node[1:2]: {ansible_host: 10.0.0.1}\n"));
        QCOMPARE(flat(inventory),
                 QStringLiteral("node1=10.0.0.1/ops[cluster,workers] node2=10.0.0.1/ops[cluster,workers] lone=lone/ops[]"));
        QCOMPARE(readYamlInventory(QStringLiteral("a: [")).problems.size(), 1);
        QCOMPARE(readYamlInventory(QStringLiteral("- a")).problems.size(), 1);
    }

    void ansibleList()
    {
        const Inventory inventory = readAnsibleList(R"({"_meta":{"hostvars":{"a":{"ansible_host":"10.0.0.1","ansible_port":2022}}},
            "all":{"children":["ungrouped","top"]},"top":{"children":["workers"]},"workers":{"hosts":["a"]},"ungrouped":{"hosts":["b"]}})");
        QCOMPARE(flat(inventory), QStringLiteral("b=b[] a=10.0.0.1:2022[top,workers]"));
        QCOMPARE(readAnsibleList("no json").problems.size(), 1);
    }

    void sshConfig()
    {
        QTemporaryDir directory;
        writeFile(directory.filePath(QStringLiteral("config")),
                  "Include more*\nHost bastion node1 *.example !not\n  User x\nHost=\"node2\"\n");
        writeFile(directory.filePath(QStringLiteral("more.conf")), "host included\nInclude config\n");
        QCOMPARE(flat(readSshConfig(directory.filePath(QStringLiteral("config")))),
                 QStringLiteral("included=included[] bastion=bastion[] node1=node1[] node2=node2[]"));
    }

    void plainList()
    {
        const Inventory inventory = readPlainList(QStringLiteral("a\nroot@b:2222 # comment\n\nlocal\n-bad\na\nc:99999\n"));
        QCOMPARE(flat(inventory), QStringLiteral("a=a[] b:2222=b:2222/root[] local=local[]"));
        QCOMPARE(inventory.problems.size(), 2);
    }

    void ansibleProgramOrOurReader_data()
    {
        QTest::addColumn<bool>("ansible");
        QTest::newRow("what is installed") << true;
        QTest::newRow("no Ansible") << false;
    }

    void ansibleProgramOrOurReader()
    {
        QFETCH(bool, ansible);
        QTemporaryDir directory;
        const QByteArray path = qgetenv("PATH");
        if (!ansible) {
            qputenv("PATH", "/nonexistent");
        }
        writeFile(directory.filePath(QStringLiteral("hosts")), "[workers]\nnode1 ansible_host=10.0.0.1\n");
        SourceLoader loader;
        QSignalSpy loaded(&loader, &SourceLoader::loaded);
        loader.load({{directory.filePath(QStringLiteral("hosts"))}, {}, {QStringLiteral("local")}});
        QVERIFY(loaded.count() == 1 || loaded.wait(30'000));
        qputenv("PATH", path);
        QCOMPARE(flat(loaded.first().first().value<Inventory>()), QStringLiteral("local=local[] node1=10.0.0.1[workers]"));
    }

    /// Closing the window in any phase of a load: nothing reaches what is gone, and nobody waits for what runs.
    void aLoadMayEndInAnyPhase_data()
    {
        QTest::addColumn<int>("milliseconds");
        for (const int after : {-1, 0, 30, 200, 1000}) {
            QTest::addRow("after %d ms", after) << after;
        }
    }

    void aLoadMayEndInAnyPhase()
    {
        QFETCH(int, milliseconds);
        const QTemporaryDir directory;
        const QString program = directory.filePath(QStringLiteral("ansible-inventory"));
        writeFile(program, "#!/bin/sh\nsleep 0.4\necho '{}'\nexec sleep 30\n");
        QVERIFY(QFile::setPermissions(program, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
        writeFile(directory.filePath(QStringLiteral("hosts")), "[workers]\nnode1 ansible_host=10.0.0.1\n");
        const QByteArray path = qgetenv("PATH");
        qputenv("PATH", directory.path().toUtf8() + ":" + path);
        int received = 0;
        {
            SourceLoader loader;
            connect(&loader, &SourceLoader::loaded, this, [&received] { ++received; });
            loader.load({{directory.filePath(QStringLiteral("hosts"))}, {}, {}});
            if (milliseconds >= 0) {
                QTest::qWait(milliseconds);
            }
            QElapsedTimer leaving;
            leaving.start();
            loader.load({{directory.filePath(QStringLiteral("hosts"))}, {}, {}}); // and once more, as "read again" does
            QVERIFY(leaving.elapsed() < 2000);
        }
        qputenv("PATH", path);
        QTest::qWait(100);
        QCOMPARE(received, 0);
    }

    void portsAreSplit_data()
    {
        QTest::addColumn<QString>("pattern");
        QTest::addColumn<QString>("split");
        QTest::newRow("none") << "a"
                              << "a 0";
        QTest::newRow("port") << "10.0.0.1:22"
                              << "10.0.0.1 22";
        QTest::newRow("range") << "n[01:20].x"
                               << "n[01:20].x 0";
        QTest::newRow("range and port") << "n[01:20].x:2222"
                                        << "n[01:20].x 2222";
        QTest::newRow("IPv6") << "fd00::1"
                              << "fd00::1 0";
        QTest::newRow("IPv6 in brackets") << "[fd00::1]"
                                          << "fd00::1 0";
        QTest::newRow("IPv6 and port") << "[fd00::1]:22"
                                       << "fd00::1 22";
    }

    void portsAreSplit()
    {
        QFETCH(QString, pattern);
        QFETCH(QString, split);
        const auto [host, port] = splitPort(pattern);
        QCOMPARE(host + QLatin1Char(' ') + QString::number(port), split);
    }

    void aliasesAreTold()
    {
        const Inventory one =
            readIniInventory(QStringLiteral("w2 ansible_host=10.0.0.2\nw3 ansible_host=10.0.0.3\nc ansible_host=10.0.0.3 ansible_port=23"));
        const Inventory other = readPlainList(QStringLiteral("10.0.0.2"));
        QCOMPARE(joinInventories({one, other}).problems,
                 QStringList{QStringLiteral("w2 and 10.0.0.2 are the same machine, 10.0.0.2: it is counted twice")});
    }

    void readersAgreeWithAnsible_data()
    {
        QTest::addColumn<QString>("path");
        const QDir directory(QStringLiteral(NOTRACK_SOURCE_DIR "/tests/data/inventories"));
        const QStringList names = directory.entryList(QDir::Files, QDir::Name);
        QVERIFY(names.size() >= 5);
        for (const QString& name : names) {
            QTest::newRow(qPrintable(name)) << directory.filePath(name);
        }
    }

    /// The same hosts, groups, addresses, users, ports and jump hosts.
    void readersAgreeWithAnsible()
    {
        QFETCH(QString, path);
        if (QStandardPaths::findExecutable(QStringLiteral("ansible-inventory")).isEmpty()) {
            QSKIP("ansible-inventory is not installed");
        }
        QProcess ansible;
        ansible.start(QStringLiteral("ansible-inventory"), {QStringLiteral("--list"), QStringLiteral("--inventory"), path});
        QVERIFY(ansible.waitForFinished(60'000));
        const auto sorted = [](Inventory inventory) {
            std::sort(inventory.nodes.begin(), inventory.nodes.end(),
                      [](const NodeEntry& left, const NodeEntry& right) { return left.name < right.name; });
            QStringList ways;
            for (const NodeEntry& node : inventory.nodes) {
                ways.append(waysToNode(node, {}).join(QLatin1Char(' ')));
            }
            return flat(inventory) + QLatin1Char('\n') + ways.join(QLatin1Char('\n'));
        };
        const Inventory theirs = readAnsibleList(ansible.readAllStandardOutput());
        QVERIFY(!theirs.nodes.empty());
        QCOMPARE(sorted(readInventoryFile(path)), sorted(theirs));
    }
};

QTEST_GUILESS_MAIN(InventoryTest)
#include "inventory_test.moc"
