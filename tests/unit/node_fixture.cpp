#include "node_fixture.h"

#include "golden.h"

#include <QRegularExpression>

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

QStringList listIn(const QString& profile, const QString& key)
{
    const QRegularExpression list(key + R"(:\s*\[([^\]]*)\])");
    QStringList items;
    for (const QString& item : list.match(profile).captured(1).split(',', Qt::SkipEmptyParts))
        items.push_back(item.trimmed().remove('"'));
    return items;
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
    const auto nftTables = [directory](const std::string&) -> Result<std::vector<NftTable>> {
        std::vector<NftTable> tables;
        for (const QString& line : fileText(directory + "/nft-tables").split('\n', Qt::SkipEmptyParts))
            tables.push_back({line.section(' ', 0, 0).toStdString(), line.section(' ', 1).toStdString()});
        return tables;
    };
    return {(directory + "/node").toStdString(), run, nftTables};
}

Profile fixtureProfile(const QString& directory)
{
    const QString text = fileText(directory + "/profile.yaml");
    Profile profile;
    for (const QString& item : listIn(text, "services"))
        profile.services.push_back(*readAddress(item.toStdString()));
    for (const QString& item : listIn(text, "podCIDRs"))
        profile.podCidrs.push_back(*readPrefix(item.toStdString()));
    for (const QString& item : listIn(text, "waive"))
        profile.safety.waive.push_back(item.toStdString());
    profile.scope = text.contains("scope: any") ? Scope::Any : Scope::Pods;
    return profile;
}
