#include "core/linux/node/captured_sources.h"

#include "core/linux/node/needed_lines.h"
#include "core/linux/system/text_file.h"

#include <algorithm>
#include <memory>
#include <set>
#include <unordered_map>

namespace notrack
{

namespace
{

template <typename Items, typename IsWanted>
auto* findIn(Items& items, IsWanted isWanted)
{
    const auto found = std::find_if(items.begin(), items.end(), isWanted);
    return found == items.end() ? nullptr : &*found;
}

Result<std::string> answerOf(const std::string& text, const std::optional<Error>& error)
{
    return error ? Result<std::string>(tl::unexpected(*error)) : Result<std::string>(text);
}

/// Gives lines one by one as readLines() does: without their ends, empty ones too.
void forEachLine(std::string_view text, const std::function<void(std::string_view)>& take)
{
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        take(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

CapturedFile& fileIn(Capture& capture, const std::string& path, const std::function<void(CapturedFile&)>& ask)
{
    if (auto* known = findIn(capture.files, [&](const CapturedFile& file) { return file.path == path; }))
        return *known;
    CapturedFile& file = capture.files.emplace_back(CapturedFile{path, {}, {}});
    ask(file);
    return file;
}

Result<std::string> recordText(const NodeFiles& files, Capture& capture, const std::string& path)
{
    const CapturedFile& file = fileIn(capture, path, [&](CapturedFile& asked) {
        Result<std::string> text = files.read(path);
        if (text)
            asked.text = neededOf(path, std::move(*text));
        else
            asked.error = text.error();
    });
    return answerOf(file.text, file.error);
}

Result<void> recordLines(const NodeFiles& files, Capture& capture, const std::string& path,
                         const std::function<void(std::string_view)>& take)
{
    const CapturedFile& file = fileIn(capture, path, [&](CapturedFile& asked) {
        const Result<void> done = files.readLines(path, [&](std::string_view line) {
            if (asked.text.size() <= longestText)
                asked.text.append(line).append("\n");
        });
        if (!done)
            asked.error = done.error();
        else if (asked.text.size() > longestText)
            asked.error = Error{ErrorKind::Failed, "is longer than 16 MiB", path, {}};
        if (asked.error)
            asked.text.clear();
    });
    if (file.error)
        return tl::unexpected(*file.error);
    forEachLine(file.text, take);
    return {};
}

NodeFiles recordingFiles(const NodeFiles& files, Capture& capture)
{
    return {.read = [&](const std::string& path) { return recordText(files, capture, path); },
            .readLines = [&](const std::string& path,
                             const std::function<void(std::string_view)>& take) { return recordLines(files, capture, path, take); },
            .exists =
                [&](const std::string& path) {
                    const bool known = std::find(capture.present.begin(), capture.present.end(), path) != capture.present.end();
                    const bool found = known || files.exists(path);
                    if (found && !known)
                        capture.present.push_back(path);
                    return found;
                },
            .namesIn =
                [&](const std::string& path) {
                    auto* folder = findIn(capture.folders, [&](const CapturedFolder& each) { return each.path == path; });
                    if (folder == nullptr)
                        folder = &capture.folders.emplace_back(CapturedFolder{path, files.namesIn(path)});
                    return folder->names;
                }};
}

Result<std::string> recordOutput(const CommandRunner& run, Capture& capture, const std::vector<std::string>& words)
{
    auto* output = findIn(capture.outputs, [&](const CapturedOutput& each) { return each.command == words; });
    if (output == nullptr) {
        output = &capture.outputs.emplace_back(CapturedOutput{words, {}, {}});
        Result<std::string> text = run(words);
        if (text)
            output->text = std::move(*text);
        else
            output->error = text.error();
    }
    return answerOf(output->text, output->error);
}

Result<std::vector<NftablesTable>> tablesOf(const CapturedNftables& nftables)
{
    if (nftables.unlisted)
        return tl::unexpected(*nftables.unlisted);
    std::vector<NftablesTable> tables;
    for (const std::string& line : nftables.tables) {
        const std::size_t space = std::min(line.find(' '), line.size());
        tables.push_back({line.substr(0, space), line.substr(std::min(space + 1, line.size())), false});
    }
    return tables;
}

Result<std::vector<IpSet>> setsOf(const CapturedIpSets& sets)
{
    return sets.error ? Result<std::vector<IpSet>>(tl::unexpected(*sets.error)) : sets.found;
}

/// What nft listed is judged by that: the rules had no words for all of it, or nobody had read them.
Result<std::vector<nf_tables::Table>> nativeRulesIn(const Capture& capture, const std::vector<NftablesTable>& wanted)
{
    std::vector<nf_tables::Table> tables;
    if (!capture.nftables.rules || !capture.nftables.rules->complete)
        return tables;
    for (const NftablesTable& table : wanted) {
        const std::vector<std::string> words = listCommand(table);
        const auto* listed = findIn(capture.outputs, [&](const CapturedOutput& each) { return each.command == words; });
        const auto* rules = findIn(capture.nftables.rules->tables,
                                   [&](const nf_tables::Table& each) { return each.family == table.family && each.name == table.name; });
        if (listed == nullptr && rules != nullptr)
            tables.push_back(*rules);
    }
    return tables;
}

std::vector<PodNamespace> podsIn(const CapturedPods& pods, const std::vector<Prefix>& networks, std::vector<std::string>& unread)
{
    unread.insert(unread.end(), pods.unread.begin(), pods.unread.end());
    std::vector<PodNamespace> found;
    const auto isInside = [&](const Address& address) {
        return std::any_of(networks.begin(), networks.end(), [&](const Prefix& network) { return network.contains(address); });
    };
    std::copy_if(pods.found.begin(), pods.found.end(), std::back_inserter(found),
                 [&](const PodNamespace& pod) { return std::any_of(pod.addresses.begin(), pod.addresses.end(), isInside); });
    return found;
}

/// A capture is asked for hundreds of files: they are found by name.
struct Index
{
    explicit Index(const Capture& capture) : present(capture.present.begin(), capture.present.end())
    {
        for (const CapturedFile& file : capture.files)
            files.emplace(file.path, &file);
    }

    std::unordered_map<std::string_view, const CapturedFile*> files;
    std::set<std::string_view> present;
};

tl::unexpected<Error> notCaptured(const std::string& what)
{
    return makeError(ErrorKind::Failed, "is not in this capture", what);
}

NodeFiles capturedFiles(const Capture& capture)
{
    const auto index = std::make_shared<const Index>(capture);
    const auto find = [index](const std::string& path) {
        const auto found = index->files.find(path);
        return found == index->files.end() ? nullptr : found->second;
    };
    return {.read = [find](const std::string& path) -> Result<std::string> {
                const CapturedFile* file = find(path);
                return file == nullptr ? notCaptured(path) : answerOf(file->text, file->error);
            },
            .readLines = [find](const std::string& path, const std::function<void(std::string_view)>& take) -> Result<void> {
                const CapturedFile* file = find(path);
                if (file == nullptr)
                    return notCaptured(path);
                if (file->error)
                    return tl::unexpected(*file->error);
                forEachLine(file->text, take);
                return {};
            },
            .exists = [index](const std::string& path) { return index->present.contains(path); },
            .namesIn =
                [&capture](const std::string& path) {
                    const auto* folder = findIn(capture.folders, [&](const CapturedFolder& each) { return each.path == path; });
                    return folder == nullptr ? std::vector<std::string>() : folder->names;
                }};
}

} // namespace

NamespaceFinder recording(const NamespaceFinder& finder, CapturedPods& pods)
{
    const std::vector<Prefix> everywhere{Prefix(Address(Family::Ipv4, {}), 0), Prefix(Address(Family::Ipv6, {}), 0)};
    return [&, everywhere, asked = std::make_shared<bool>(false)](const std::vector<Prefix>& networks, std::vector<std::string>& unread) {
        if (!std::exchange(*asked, true))
            pods.found = finder(everywhere, pods.unread);
        return podsIn(pods, networks, unread);
    };
}

FactSources recording(const FactSources& sources, Capture& capture)
{
    return {.files = recordingFiles(sources.files, capture),
            .run = [&](const std::vector<std::string>& words) { return recordOutput(sources.run, capture, words); },
            .nftTables =
                [&, asked = std::make_shared<bool>(false)] {
                    if (!std::exchange(*asked, true)) {
                        const Result<std::vector<NftablesTable>> tables = sources.nftTables();
                        if (!tables)
                            capture.nftables.unlisted = tables.error();
                        for (const NftablesTable& table : tables.value_or(std::vector<NftablesTable>()))
                            capture.nftables.tables.push_back(table.family + " " + table.name);
                    }
                    return tablesOf(capture.nftables);
                },
            .kernelHas =
                [&](const std::string& name) {
                    const auto* module = findIn(capture.modules, [&](const CapturedModule& each) { return each.name == name; });
                    if (module == nullptr)
                        module = &capture.modules.emplace_back(CapturedModule{name, sources.kernelHas(name)});
                    return module->present;
                },
            .nativeRules = [&](const std::vector<NftablesTable>& wanted) { return nativeRulesIn(capture, wanted); },
            .namespaces = recording(sources.namespaces, capture.pods),
            .tunnels = [&] { return capture.tunnels = sources.tunnels(); },
            .ipSets =
                [&, asked = std::make_shared<bool>(false)] {
                    if (!std::exchange(*asked, true)) {
                        Result<std::vector<IpSet>> sets = sources.ipSets();
                        if (sets)
                            capture.ipSets.found = std::move(*sets);
                        else
                            capture.ipSets.error = sets.error();
                    }
                    return setsOf(capture.ipSets);
                }};
}

FactSources replaying(const Capture& capture)
{
    return {.files = capturedFiles(capture),
            .run = [&](const std::vector<std::string>& words) -> Result<std::string> {
                const auto* output = findIn(capture.outputs, [&](const CapturedOutput& each) { return each.command == words; });
                return output == nullptr ? notCaptured("output of " + (words.empty() ? std::string() : words.front()))
                                         : answerOf(output->text, output->error);
            },
            .nftTables = [&] { return tablesOf(capture.nftables); },
            .kernelHas =
                [&](const std::string& name) {
                    const auto* module = findIn(capture.modules, [&](const CapturedModule& each) { return each.name == name; });
                    return module == nullptr || module->present;
                },
            .nativeRules = [&](const std::vector<NftablesTable>& wanted) { return nativeRulesIn(capture, wanted); },
            .namespaces = replaying(capture.pods),
            .tunnels = [&] { return capture.tunnels; },
            .ipSets = [&] { return setsOf(capture.ipSets); }};
}

NamespaceFinder replaying(const CapturedPods& pods)
{
    return [&](const std::vector<Prefix>& networks, std::vector<std::string>& unread) { return podsIn(pods, networks, unread); };
}

} // namespace notrack
