#include "gui/remote/ansible_inventory.h"
#include "gui/remote/inventory_readers.h"
#include "gui/remote/node_sources.h"
#include "gui/remote/ssh_arguments.h"
#include "gui/remote/ssh_command.h"

#include <QDir>
#include <QJsonDocument>
#include <QJsonObject>
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

/// The nodes by name, and what ssh is given for each.
QString waysOf(Inventory inventory)
{
    std::sort(inventory.nodes.begin(), inventory.nodes.end(),
              [](const NodeEntry& left, const NodeEntry& right) { return left.name < right.name; });
    QStringList ways;
    for (const NodeEntry& node : inventory.nodes) {
        ways.append(waysToNode(node, {}).join(QLatin1Char(' ')) + QLatin1Char(' ') + node.identityFile);
    }
    return flat(inventory) + QLatin1Char('\n') + ways.join(QLatin1Char('\n'));
}

/// What is told of the inventory, `place` before each line.
QString toldOf(const Inventory& inventory, const QString& place)
{
    QStringList problems;
    for (const QString& problem : inventory.problems) {
        problems.append(place + problem);
    }
    problems.sort();
    return problems.join(QLatin1Char('\n'));
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
                 QStringLiteral("lone=lone/ops[] node1=10.0.0.1/ops[cluster,workers] node2=10.0.0.1/ops[cluster,workers]"));
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

    /// Where ansible-inventory is not there.
    void whatOnlyAnsibleReadsIsTold()
    {
        const QTemporaryDir directory;
        const auto toldOfFile = [&directory](const char* name, const char* text) {
            writeFile(directory.filePath(QLatin1String(name)), text);
            const Inventory inventory = readInventoryFile(directory.filePath(QLatin1String(name)));
            return flat(inventory) + QLatin1Char('|') + toldOf(inventory, {}).remove(directory.path() + QLatin1Char('/'));
        };
        const QString missing = QStringLiteral("; only ansible-inventory reads that, and it is not installed or could not");
        QCOMPARE(toldOfFile("hosts.toml", "[all.hosts]\n"), QStringLiteral("|hosts.toml: is TOML") + missing);
        QCOMPARE(toldOfFile("cloud.yaml", "plugin: aws_ec2\nregions: [x]\n"),
                 QStringLiteral("|cloud.yaml: line 1, column 9: this tells Ansible's inventory plugin aws_ec2 what to ask; only "
                                "ansible-inventory can"));
        QVERIFY(QDir(directory.path()).mkdir(QStringLiteral("group_vars")));
        QCOMPARE(
            toldOfFile("hosts", "[web]\na\n"),
            QStringLiteral("a=a[web]|group_vars: is passed over; only ansible-inventory reads it, and it is not installed or could not"));
    }

    /// The same hosts, groups, addresses, users, ports and jump hosts, and the same that is told; or refused by both, by ours with the line.
    /// NOTRACK_INVENTORIES: a folder of more inventories.
    void readersAgreeWithAnsible()
    {
        const QString program = QStandardPaths::findExecutable(QStringLiteral("ansible-inventory"));
        QFile script(program);
        if (program.isEmpty() || !script.open(QIODevice::ReadOnly)) {
            QSKIP("ansible-inventory is not installed");
        }
        QStringList paths;
        for (const QString& folder :
             {QStringLiteral(NOTRACK_SOURCE_DIR "/tests/data/inventories"), qEnvironmentVariable("NOTRACK_INVENTORIES")}) {
            const QFileInfoList files = folder.isEmpty() ? QFileInfoList() : QDir(folder).entryInfoList(QDir::Files, QDir::Name);
            std::transform(files.begin(), files.end(), std::back_inserter(paths), [](const QFileInfo& file) { return file.filePath(); });
        }
        QStringList python = QString::fromUtf8(script.readLine().mid(2)).simplified().split(QLatin1Char(' ')); // as in its first line
        QProcess ansible;
        ansible.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        const QString interpreter = python.takeFirst();
        ansible.start(interpreter, python + QStringList{QStringLiteral(NOTRACK_SOURCE_DIR "/tests/gui/ansible_lists.py")} + paths);
        QVERIFY(ansible.waitForFinished(100'000));
        const QJsonObject lists = QJsonDocument::fromJson(ansible.readAllStandardOutput()).object();
        QStringList differences;
        for (const QString& path : std::as_const(paths)) {
            const QJsonObject list = lists.value(path).toObject();
            const Inventory ours = readInventoryFile(path);
            const Inventory theirs = readAnsibleList(list.value(QLatin1String("list")).toString().toUtf8());
            const bool refused = list.value(QLatin1String("refused")).toBool();
            const QString told = toldOf(ours, {});
            const bool agree = refused
                                   ? ours.unsound && ours.nodes.empty() && told.contains(QStringLiteral(": line "))
                                   : !ours.unsound && waysOf(ours) == waysOf(theirs) && told == toldOf(theirs, path + QStringLiteral(": "));
            if (!agree) {
                differences += {path, refused ? QStringLiteral("Ansible refuses it") : waysOf(theirs) + toldOf(theirs, {}),
                                QStringLiteral("but we read"), waysOf(ours) + told};
            }
        }
        qInfo("%lld inventories, %lld differ", static_cast<long long>(paths.size()), static_cast<long long>(differences.size() / 4));
        QVERIFY2(differences.isEmpty(), qPrintable(differences.join(QLatin1Char('\n'))));
    }
};

QTEST_GUILESS_MAIN(InventoryTest)
#include "inventory_test.moc"
