#include "core/profile/profile_files.h"
#include "core/profile/profile_reader.h"
#include "core/profile/profile_writer.h"
#include "core/rules/ruleset.h"
#include "tests/unit/golden.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

using namespace notrack;

namespace
{

Result<Profile> readFrom(const QStringList& paths, const QString& node)
{
    std::vector<std::filesystem::path> files;
    for (const QString& path : paths)
        files.emplace_back(path.toStdString());
    const Result<std::vector<ProfileSource>> sources = loadProfileSources(files);
    if (!sources)
        return tl::unexpected(sources.error());
    return readProfile(*sources, node.toStdString());
}

template <typename Item>
std::string joined(const std::vector<Item>& items)
{
    std::string text;
    for (const Item& item : items)
        text += " " + std::string(toText(item));
    return text + "\n";
}

std::string describe(const Profile& profile)
{
    std::string ports;
    for (const Port port : profile.ports)
        ports += " " + std::to_string(port.value);
    std::string waived;
    for (const std::string& id : profile.safety.waive)
        waived += " " + id;
    std::string text = "name: " + profile.name + "\nservices:" + joined(profile.services) + "podCIDRs:" + joined(profile.podCidrs) +
                       "ports:" + ports + "\nprotocols:" + joined(profile.protocols) + "scope: " + std::string(toText(profile.scope)) +
                       "\nbackend: " + std::string(toText(profile.backend)) + "\nchainPrefix: " + profile.chainPrefix +
                       "\nwaive:" + waived + "\n";
    if (const std::optional<ProbeSettings>& probe = profile.safety.probe)
        text += "probe: " + probe->name + " within " + std::to_string(probe->timeout.count()) + " ms from" + joined(probe->from);
    else
        text += "probe: false\n";
    if (!profile.safety.trialIgnore.empty())
        text += "trial ignores:" + joined(profile.safety.trialIgnore);
    if (!profile.tunnels.empty())
        text += "tunnels:" + joined(profile.tunnels);
    return text + "digest: " + digestOf(profile) + "\n";
}

/// The profile and its rules on each of the nodes, or what is wrong with it.
QString outcome(const QStringList& paths, const QStringList& nodes)
{
    std::string text;
    for (const QString& node : nodes) {
        const Result<Profile> profile = readFrom(paths, node);
        if (!profile)
            return QString::fromStdString(toText(profile.error())) + "\n";
        text += "# " + node.toStdString() + "\n" + describe(*profile);
        for (const Family family : allFamilies)
            text += "\n# " + std::string(toText(family)) + "\n" + toText(buildRuleset(*profile, family));
    }
    return QString::fromStdString(text);
}

/// A row for every profile in a directory: *.yaml, and folders of them. `expected` is the directory of the outcomes.
void addProfiles(const QString& directory, const QString& expected)
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("expected");
    const QFileInfoList entries = QDir(directory).entryInfoList({"*"}, QDir::Files | QDir::Dirs | QDir::NoDotAndDotDot, QDir::Name);
    for (const QFileInfo& entry : entries) {
        if (!entry.isDir() && entry.suffix() != "yaml")
            continue;
        const QString base = entry.isDir() ? entry.fileName() : entry.completeBaseName();
        QTest::newRow(qPrintable(base)) << entry.filePath() << expected + "/" + base;
    }
}

/// Outcomes that no profile has any more.
QStringList orphans(const QString& directory, const QString& expected)
{
    QStringList names;
    for (const QFileInfo& entry : QDir(expected).entryInfoList({"*.txt", "*.nodes"}, QDir::Files)) {
        const QString base = directory + "/" + entry.completeBaseName();
        if (!QFile::exists(base + ".yaml") && !QFile::exists(base))
            names += entry.fileName();
    }
    return names;
}

QStringList nodesOf(const QString& expected)
{
    const QStringList nodes = fileText(expected + ".nodes").split('\n', Qt::SkipEmptyParts);
    return nodes.isEmpty() ? QStringList{"node-a"} : nodes;
}

const QString shippedProfiles = QStringLiteral(NOTRACK_SOURCE_DIR "/profiles");

ProfileSource source(const char* name, const std::string& text)
{
    return {name, "version: 1\n" + text};
}

std::string digestOfSources(const std::vector<ProfileSource>& sources)
{
    const Result<Profile> profile = readProfile(sources, "node-a");
    return profile ? digestOf(*profile) : toText(profile.error());
}

} // namespace

class ProfileReaderTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void shipped_data() { addProfiles(shippedProfiles, dataPath("profiles")); }
    void shipped()
    {
        QFETCH(QString, path);
        QFETCH(QString, expected);
        const QString text = outcome({path}, nodesOf(expected));
        QVERIFY2(readFrom({path}, "node-a").has_value(), qPrintable(text));
        QCOMPARE(text, goldenText(expected + ".txt", text));
        for (const QString& node : nodesOf(expected)) {
            const Profile profile = *readFrom({path}, node);
            const Result<Profile> again = readProfile(std::vector<ProfileSource>{{"written", writeProfile(profile)}}, node.toStdString());
            QVERIFY2(again, again ? "" : toText(again.error()).c_str());
            QCOMPARE(QString::fromStdString(describe(*again)).section('\n', 1), QString::fromStdString(describe(profile)).section('\n', 1));
            QCOMPARE(QString::fromStdString(digestOf(*again)), QString::fromStdString(digestOf(profile)));
        }
    }

    void good_data() { addProfiles(dataPath("good-profiles"), dataPath("good-profiles")); }
    void good() { shipped(); }

    void bad_data() { addProfiles(dataPath("bad-profiles"), dataPath("bad-profiles")); }
    void bad()
    {
        QFETCH(QString, path);
        QFETCH(QString, expected);
        const Result<Profile> profile = readFrom({path}, "node-a");
        QVERIFY(!profile);
        QVERIFY(profile.error().kind == ErrorKind::BadProfile);
        const QString text = outcome({path}, {"node-a"}).replace(dataPath("bad-profiles/"), QString());
        QCOMPARE(text, goldenText(expected + ".txt", text));
    }

    void everyExpectationIsUsed()
    {
        QCOMPARE(orphans(shippedProfiles, dataPath("profiles")), QStringList());
        QCOMPARE(orphans(dataPath("good-profiles"), dataPath("good-profiles")), QStringList());
        QCOMPARE(orphans(dataPath("bad-profiles"), dataPath("bad-profiles")), QStringList());
    }

    void digestDoesNotDependOnFilesOrOrder()
    {
        const std::string whole = digestOfSources({source("a", "services: [10.0.0.1, 10.0.0.2]\npodCIDRs: [10.1.0.0/16]\nname: x\n")});
        QVERIFY(whole.starts_with("fnv1a64:") && whole.size() == 24);
        QCOMPARE(digestOfSources({source("a", "services: [10.0.0.2]\n"), source("b", "podCIDRs: [10.1.0.0/16]\nservices: [10.0.0.1]\n")}),
                 whole);
        QVERIFY(digestOfSources({source("a", "services: [10.0.0.1]\npodCIDRs: [10.1.0.0/16]\n")}) != whole);
        QVERIFY(digestOfSources({source("a", "services: [10.0.0.1, 10.0.0.2]\npodCIDRs: [10.1.0.0/16]\nsafety: {probe: false}\n")}) !=
                whole);
    }

    void digestOfTunnelsDoesNotDependOnTheirOrder()
    {
        const std::string base = "services: [10.0.0.1]\npodCIDRs: [10.1.0.0/16]\n";
        const std::string none = digestOfSources({source("a", base)});
        const auto with = [&](const std::string& tunnels) { return digestOfSources({source("a", base + "tunnels: " + tunnels + "\n")}); };
        const std::string two = with("[{port: 8472, peers: [192.0.2.0/24, 198.51.100.0/24]}, {port: 6081, peers: [192.0.2.0/24]}]");
        QCOMPARE(with("[]"), none); // profiles from before there was this key keep their digest
        QVERIFY(two != none);
        QCOMPARE(with("[{port: 6081, peers: [192.0.2.0/24]}, {peers: [198.51.100.0/24, 192.0.2.0/24], port: 8472}]"), two);
        QVERIFY(with("[{port: 8472, peers: [192.0.2.0/24]}, {port: 6081, peers: [192.0.2.0/24, 198.51.100.0/24]}]") != two);
    }

    void globs_data()
    {
        QTest::addColumn<QString>("glob");
        QTest::addColumn<QString>("host");
        QTest::addColumn<bool>("matches");
        QTest::newRow("same") << "node-a"
                              << "Node-A" << true;
        QTest::newRow("longer host") << "node-a"
                                     << "node-ab" << false;
        QTest::newRow("longer glob") << "node-ab"
                                     << "node-a" << false;
        QTest::newRow("star at the end") << "edge-*"
                                         << "edge-" << true;
        QTest::newRow("star at the start") << "*.lab"
                                           << "a.b.lab" << true;
        QTest::newRow("star inside") << "a*b*c"
                                     << "aXbYbZc" << true;
        QTest::newRow("star inside, no match") << "a*b*c"
                                               << "aXbYbZ" << false;
        QTest::newRow("stars only") << "***"
                                    << "" << true;
        QTest::newRow("dot is a dot") << "a.c"
                                      << "abc" << false;
        QTest::newRow("many stars") << QString("*a").repeated(100) + "b" << QString("a").repeated(5000) << false;
    }

    void globs()
    {
        QFETCH(QString, glob);
        QFETCH(QString, host);
        QFETCH(bool, matches);
        QCOMPARE(matchesHost(glob.toStdString(), host.toStdString()), matches);
    }

    void noSource()
    {
        const Result<Profile> profile = readProfile({}, "node-a");
        QCOMPARE(QString::fromStdString(profile.error().message), "there is no profile; name a file or a directory with *.yaml files");
    }

    void filesThatAreNone_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("problem");
        QTest::newRow("missing") << "/nonexistent/profile.yaml"
                                 << "/nonexistent/profile.yaml: there is no such file";
        QTest::newRow("device") << "/dev/zero"
                                << "/dev/zero: is no regular file";
        QTest::newRow("below a file") << "/dev/null/x.yaml"
                                      << "/dev/null/x.yaml: there is no such file";
    }

    void filesThatAreNone()
    {
        QFETCH(QString, path);
        QFETCH(QString, problem);
        QCOMPARE(QString::fromStdString(toText(readFrom({path}, "a").error())), problem);
    }

    void largeFile()
    {
        const QTemporaryDir directory;
        const QString path = directory.filePath("large.yaml");
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.resize(longestProfile + 1));
        QCOMPARE(QString::fromStdString(toText(readFrom({path}, "a").error())), path + ": is larger than 1 MiB");
        const Result<Profile> profile = readProfile(std::vector{ProfileSource{"large", std::string(longestProfile + 1, '\n')}}, "a");
        QVERIFY(QString::fromStdString(toText(profile.error())).startsWith("large:1:1: this file is larger than 1 MiB"));
    }
};

QTEST_APPLESS_MAIN(ProfileReaderTest)
#include "profile_reader_test.moc"
