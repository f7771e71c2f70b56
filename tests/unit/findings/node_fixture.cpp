#include "tests/unit/findings/node_fixture.h"

#include "core/linux/node/captured_sources.h"
#include "core/linux/node/saved_tables.h"
#include "core/profile/profile_reader.h"
#include "core/report/capture_codec.h"
#include "tests/unit/golden.h"

#include <array>

using namespace notrack;

namespace
{

/// The part of a whole save that one table takes.
std::string tableOf(const QString& save, const QString& table)
{
    const qsizetype start = save.indexOf("*" + table + "\n");
    const QString end = "COMMIT\n";
    return start < 0 ? std::string() : save.mid(start, save.indexOf(end, start) + end.size() - start).toStdString();
}

} // namespace

FactSources fixtureSources(const QString& directory)
{
    const auto run = [directory](const std::vector<std::string>& words) -> Result<std::string> {
        const QString program = QString::fromStdString(words.front());
        const bool isNft = program == "nft";
        const QString name = isNft ? QString::fromStdString("nft-" + words.at(words.size() - 2) + "-" + words.back()) : program;
        const QString text = fileText(directory + "/saves/" + name);
        if (text.isEmpty())
            return makeError(ErrorKind::NoBackend, "is not installed", words.front());
        return isNft ? text.toStdString() : tableOf(text, QString::fromStdString(words.back()));
    };
    const auto nftTables = [directory]() -> Result<std::vector<NftablesTable>> {
        std::vector<NftablesTable> tables;
        for (const QString& line : fileText(directory + "/nft-tables").split('\n', Qt::SkipEmptyParts))
            tables.push_back({line.section(' ', 0, 0).toStdString(), line.section(' ', 1).toStdString(), false});
        return tables;
    };
    return {filesBelow((directory + "/node").toStdString()), run, nftTables};
}

NodeFacts fixtureFacts(const QString& directory, const Profile& profile)
{
    const FactSources sources = fixtureSources(directory);
    Capture capture;
    LinuxNodeInspector(recording(sources, capture)).inspect(profile);
    const Result<Capture> read = readCapture(writeCapture(capture));
    if (!read)
        qFatal("%s", toText(read.error()).c_str());
    NodeFacts facts = LinuxNodeInspector(replaying(*read)).inspect(profile);
    for (const Family family : allFamilies) {
        const QString program = family == Family::Ipv4 ? "iptables-legacy-save" : "ip6tables-legacy-save";
        for (SavedTable& saved : readSaveOutput(tableOf(fileText(directory + "/saves/" + program), "raw"), Backend::Iptables, family))
            facts.savedTables.push_back(std::move(saved));
    }
    return facts;
}

Profile fixtureProfile(const QString& directory)
{
    const QString path = directory + "/profile.yaml";
    const std::array sources{ProfileSource{path.toStdString(), fileText(path).toStdString()}};
    const Result<Profile> profile = readProfile(sources, "node-a");
    if (!profile)
        qFatal("%s", toText(profile.error()).c_str());
    return *profile;
}
