#include "core/linux/node/cluster_files.h"
#include "core/linux/node/node_clues.h"
#include "core/profile/profile_reader.h"
#include "tests/unit/findings/node_fixture.h"
#include "tests/unit/golden.h"

#include <QTest>
#include <array>

using namespace notrack;

namespace
{

QString joined(const std::vector<std::string>& values)
{
    QStringList list;
    for (const std::string& value : values)
        list.push_back(QString::fromStdString(value));
    return list.join('|');
}

} // namespace

/// Nodes as directories, and the profile that is written for each.
class DiscoverTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void nodes_data()
    {
        QTest::addColumn<QString>("directory");
        const QDir cases(dataPath("discover"));
        for (const QString& name : cases.entryList(QDir::Dirs | QDir::NoDotAndDotDot))
            QTest::newRow(qPrintable(name)) << cases.filePath(name);
    }

    void nodes()
    {
        QFETCH(QString, directory);
        const std::string text = writeProfile(readNodeClues(fixtureSources(directory), "node-a"));
        const QString actual = QString::fromStdString(text);
        QCOMPARE(actual, goldenText(directory + "/expected.yaml", actual));
        const std::array sources{ProfileSource{"discovered.yaml", text}};
        const bool complete = readProfile(sources, "node-a").has_value();
        QCOMPARE(complete, !actual.contains("NOT FOUND"));
    }

    void tunnels()
    {
        NodeClues clues;
        clues.tunnels = {{"flannel.1", "vxlan", Port{8472}, {*readPrefix("192.0.2.0/24"), *readPrefix("2001:db8::/64")}},
                         {"gen\nev", "geneve", Port{6081}, {}}};
        const QString text = QString::fromStdString(writeProfile(clues));
        QVERIFY2(
            text.contains(
                "# tunnels: # these overlays' outer packets go untracked as well; name the networks of all nodes, and read about it first\n"
                "#   - { port: 8472, peers: [\"192.0.2.0/24\", \"2001:db8::/64\"] } # vxlan flannel.1\n"
                "#   - { port: 6081, peers: [] } # geneve gen?ev\n"),
            qPrintable(text));
    }

    void values()
    {
        const char* const yaml = "a: 1\nclusterDNS:\n- 10.96.0.10 # first\n- \"fd00::a\"\nclusterDomain: "
                                 "'cluster.local'\n  clusterDNS: nested\n"
                                 "list: [10.0.0.1, \"10.0.0.2\"]\ncomma: 10.0.0.3,fd00::3\n";
        QCOMPARE(joined(readYamlValues(yaml, "clusterDNS")), QString("10.96.0.10|fd00::a"));
        QCOMPARE(joined(readYamlValues(yaml, "clusterDomain")), QString("cluster.local"));
        QCOMPARE(joined(readYamlValues(yaml, "list")), QString("10.0.0.1|10.0.0.2"));
        QCOMPARE(joined(readYamlValues(yaml, "comma")), QString("10.0.0.3|fd00::3"));
        QCOMPARE(joined(readYamlValues(yaml, "missing")), QString(""));
        QCOMPARE(joined(readFlagValues("X=\"--cluster-dns=10.96.0.10 --cluster-dns-x=1\"\n- --cluster-dns fd00::a\n", "cluster-dns")),
                 QString("10.96.0.10|fd00::a"));
        QCOMPARE(joined(readJsonStrings("{\"ipv4_pools\" : [\"10.0.0.0/8\", \"x\"], \"subnet\": \"usePodCidr\", \"n\": "
                                        "{\"subnet\":\"10.1.0.0/24\"}, \"subnet\": 3",
                                        "subnet")),
                 QString("usePodCidr|10.1.0.0/24"));
        QCOMPARE(joined(readJsonStrings("{\"ipv4_pools\" : [\"10.0.0.0/8\", \"x\"", "ipv4_pools")), QString("10.0.0.0/8|x"));
        QCOMPARE(joined(readVariable("FLANNEL_NETWORK=10.244.0.0/16\nFLANNEL_NETWORK_X=1\n", "FLANNEL_NETWORK")), QString("10.244.0.0/16"));
    }
};

QTEST_APPLESS_MAIN(DiscoverTest)
#include "discover_test.moc"
