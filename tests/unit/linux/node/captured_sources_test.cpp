#include "core/linux/node/captured_sources.h"

#include "core/linux/node/needed_lines.h"
#include "core/linux/node/node_clues.h"
#include "core/report/capture_codec.h"
#include "tests/unit/findings/node_fixture.h"
#include "tests/unit/golden.h"

#include <QTest>

using namespace notrack;

/// The nodes that are laid out in directories, each read as it is and from a capture of it.
class CapturedSourcesTest : public QObject
{
    Q_OBJECT

private:
    static Capture written(const Capture& capture)
    {
        const Result<Capture> read = readCapture(writeCapture(capture));
        if (!read)
            qFatal("%s", toText(read.error()).c_str());
        return *read;
    }

    static void addNodes(const char* folder)
    {
        QTest::addColumn<QString>("directory");
        const QDir cases(dataPath(folder));
        for (const QString& name : cases.entryList(QDir::Dirs | QDir::NoDotAndDotDot))
            QTest::newRow(qPrintable(name)) << cases.filePath(name);
    }

private Q_SLOTS:
    void facts_data() { addNodes("findings"); }

    void facts()
    {
        QFETCH(QString, directory);
        const FactSources sources = fixtureSources(directory);
        const Profile profile = fixtureProfile(directory);
        Capture capture;
        const NodeFacts recorded = LinuxNodeInspector(recording(sources, capture)).inspect(profile);
        const NodeFacts direct = LinuxNodeInspector(sources).inspect(profile);
        const Capture read = written(capture);
        QVERIFY(recorded == direct);
        QVERIFY(LinuxNodeInspector(replaying(read)).inspect(profile) == direct);
    }

    void clues_data() { addNodes("discover"); }

    void clues()
    {
        QFETCH(QString, directory);
        const FactSources sources = fixtureSources(directory);
        Capture capture;
        readNodeClues(recording(sources, capture), "node-a");
        const Capture read = written(capture);
        QCOMPARE(QString::fromStdString(writeProfile(readNodeClues(replaying(read), "node-a"))),
                 QString::fromStdString(writeProfile(readNodeClues(sources, "node-a"))));
    }

    /// What is asked for twice is read once, so that a capture is of one moment and judging it says what judging it said.
    void everythingIsAskedOnce()
    {
        QStringList asked;
        FactSources sources;
        sources.files = {.read =
                             [&](const std::string& path) {
                                 asked << "read " + QString::fromStdString(path);
                                 return Result<std::string>("text");
                             },
                         .readLines =
                             [&](const std::string& path, const auto& take) {
                                 asked << "lines " + QString::fromStdString(path);
                                 take("one");
                                 take("");
                                 return Result<void>();
                             },
                         .exists = [](const std::string& path) { return path == "/there"; },
                         .namesIn =
                             [&](const std::string& path) {
                                 asked << "names " + QString::fromStdString(path);
                                 return std::vector<std::string>{"a"};
                             }};
        sources.run = [&](const std::vector<std::string>& words) -> Result<std::string> {
            asked << "run " + QString::fromStdString(words.front());
            return makeError(ErrorKind::NoBackend, "is not installed", words.front());
        };
        sources.nftTables = [&] {
            asked << "tables";
            return Result<std::vector<NftablesTable>>(std::vector<NftablesTable>{{"inet", "fire wall", false}});
        };
        Capture capture;
        const FactSources recorder = recording(sources, capture);
        std::vector<Capture> reads;
        const auto look = [](const FactSources& from) {
            std::string lines;
            static_cast<void>(from.files.readLines("/proc/net/ip_vs", [&](std::string_view line) { lines.append(line).append("|"); }));
            const auto tables = from.nftTables();
            const std::string text = from.files.read("/proc/a").value_or("?");
            const std::string name = from.files.namesIn("/f").front();
            const std::string problem = toText(from.run({"x"}).error());
            const std::string table = tables->front().family + "+" + tables->front().name;
            const bool there = from.files.exists("/there") && !from.files.exists("/nowhere");
            return QString::fromStdString(text + " " + lines + " " + name + " " + problem + " " + table + (there ? " there" : ""));
        };
        const QString first = look(recorder);
        QCOMPARE(first, QString("text one|| a x: is not installed inet+fire wall there"));
        QCOMPARE(look(recorder), first);
        QCOMPARE(asked, (QStringList{"lines /proc/net/ip_vs", "tables", "read /proc/a", "names /f", "run x"}));
        const Capture read = written(capture);
        QCOMPARE(look(replaying(read)), first);
    }

    void whatWasNotAskedForCannotBeRead()
    {
        const Capture capture;
        const FactSources sources = replaying(capture);
        QCOMPARE(toText(sources.files.read("/proc/net/route").error()), std::string("/proc/net/route: is not in this capture"));
        QCOMPARE(toText(sources.run({"nft"}).error()), std::string("output of nft: is not in this capture"));
        QVERIFY(!sources.files.exists("/x"));
    }

    void secretsStayOnTheNode()
    {
        const std::string config = "token: K10secret\ncluster-cidr: 10.42.0.0/16,fd00:42::/56\n# password\nkubelet-arg:\n- "
                                   "--cluster-dns=10.43.0.10 --api-key=secret\n"
                                   "cluster-dns:\n- 10.43.0.10\n";
        QCOMPARE(
            neededOf("/etc/rancher/k3s/config.yaml", config),
            std::string("cluster-dns: [\"10.43.0.10\"]\ncluster-cidr: [\"10.42.0.0/16\",\"fd00:42::/56\"]\n# --cluster-dns=10.43.0.10\n"));
        QCOMPARE(neededOf("/etc/cni/net.d/10-calico.conflist",
                          R"({"k8s_auth_token": "secret", "ipv4_pools": ["10.1.0.0/16"], "subnet": "usePodCidr"})"),
                 std::string("# \"ipv4_pools\": [\"10.1.0.0/16\"]\n# \"subnet\": [\"usePodCidr\"]\n"));
        QCOMPARE(neededOf("/proc/cmdline", "root=/dev/sda1 password=secret"), std::string());
        QCOMPARE(neededOf("/etc/modprobe.d/a.conf", "options x key=secret\noptions iptable_raw raw_before_defrag=1\n"),
                 std::string("options iptable_raw raw_before_defrag=1\n"));
        QCOMPARE(neededOf("/proc/net/route", "Iface\n"), std::string("Iface\n"));
    }
};

QTEST_APPLESS_MAIN(CapturedSourcesTest)
#include "captured_sources_test.moc"
