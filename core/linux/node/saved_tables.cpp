#include "core/linux/node/saved_tables.h"

#include "core/base/text_lines.h"
#include "core/linux/nftables/rules_reader.h"
#include "core/linux/system/kernel_modules.h"
#include "core/net/nft_listing.h"

#include <algorithm>
#include <array>
#include <utility>

namespace notrack
{

namespace
{

constexpr std::array<std::string_view, 4> wantedTables{"nat", "filter", "raw", "mangle"};
constexpr std::array<std::string_view, 5> tablesOfIptables{"nat", "filter", "raw", "mangle", "security"};
constexpr std::size_t mostNativeTables = 64;
constexpr std::size_t mostNativeLines = 100'000;

bool contains(std::string_view text, std::string_view part)
{
    return text.find(part) != std::string_view::npos;
}

bool isWanted(std::string_view table)
{
    return std::find(wantedTables.begin(), wantedTables.end(), table) != wantedTables.end();
}

std::string saveCommand(Family family, std::string_view kind)
{
    return std::string(family == Family::Ipv4 ? "iptables-" : "ip6tables-") + std::string(kind) + "-save";
}

/// What a save command says of rules that it cannot print, although it ends well (iptables' nft_cmd_show and xtables_print).
std::string problemOfSave(std::string_view text)
{
    if (!contains(text, "[unsupported revision]") && !contains(text, "is incompatible, use 'nft' tool"))
        return {};
    for (const std::string_view line : splitLines(text)) {
        if (line.starts_with('#') && contains(line, "is incompatible, use 'nft' tool"))
            return "it holds rules of nft itself, which the save command does not print";
        if (contains(line, "[unsupported revision]"))
            return "the save command cannot print " + std::string(line);
    }
    return {};
}

void save(const CommandRunner& run, const std::string& command, const std::string& table, Backend backend, Family family, NodeFacts& facts)
{
    const Result<std::string> text = run({command, "-t", table});
    if (!text) {
        facts.unreadRules.push_back(table + " of " + std::string(toText(backend)) + " (" + std::string(toText(family)) +
                                    "): " + toText(text.error()));
        return;
    }
    if (const std::string problem = problemOfSave(*text); !problem.empty())
        facts.unreadRules.push_back(table + " of " + std::string(toText(backend)) + " (" + std::string(toText(family)) + "): " + problem);
    for (SavedTable& saved : readSaveOutput(*text, backend, family))
        facts.savedTables.push_back(std::move(saved));
}

const char* namesOfTables(Family family)
{
    return family == Family::Ipv4 ? "/proc/net/ip_tables_names" : "/proc/net/ip6_tables_names";
}

void saveLegacy(const NodeFiles& files, const CommandRunner& run, Family family, NodeFacts& facts)
{
    const Result<std::string> names = files.read(namesOfTables(family));
    if (!names) {
        facts.unreadRules.push_back(toText(names.error()));
        return;
    }
    for (const std::string_view name : splitWords(*names))
        if (isWanted(name) && name != "raw") // the store has read that already: see listRawTable
            save(run, saveCommand(family, "legacy"), std::string(name), Backend::Iptables, family, facts);
}

bool isMadeByIptables(const NftablesTable& table)
{
    const bool known = std::find(tablesOfIptables.begin(), tablesOfIptables.end(), table.name) != tablesOfIptables.end();
    return known && (table.family == "ip" || table.family == "ip6");
}

std::string fullName(const NftablesTable& table)
{
    return table.family + " " + table.name;
}

bool isInternet(const NftablesTable& table)
{
    return table.family == "inet" || table.family == "ip" || table.family == "ip6";
}

/// The table as nft would list it, from the rules where they have words for all of it.
Result<NativeTable> listNative(const CommandRunner& run, const std::vector<nf_tables::Table>& known, const NftablesTable& table)
{
    const auto read = std::find_if(known.begin(), known.end(),
                                   [&](const nf_tables::Table& one) { return one.family == table.family && one.name == table.name; });
    if (read != known.end()) {
        if (nf_tables::TableListing listing = nf_tables::listingOf(*read); listing.whole)
            return NativeTable{fullName(table), std::move(listing.lines)};
    }
    const Result<std::string> text = run(listCommand(table));
    if (!text)
        return tl::unexpected(text.error());
    return readNativeTable(*text, fullName(table));
}

void listNatives(const FirewallSources& sources, std::vector<NftablesTable> tables, NodeFacts& facts)
{
    for (std::size_t i = mostNativeTables; i < tables.size(); ++i)
        facts.unreadRules.push_back("table " + fullName(tables[i]) + ": more than " + std::to_string(mostNativeTables) +
                                    " tables of nft's own");
    tables.resize(std::min(tables.size(), mostNativeTables));
    if (tables.empty())
        return;
    const auto known = sources.nativeRules(tables).value_or(std::vector<nf_tables::Table>{});
    for (const NftablesTable& table : tables) {
        Result<NativeTable> native = listNative(sources.run, known, table);
        if (!native) {
            facts.unreadRules.push_back("table " + fullName(table) + ": " + toText(native.error()));
            continue;
        }
        if (native->lines.size() >= mostNativeLines) {
            native->lines.resize(mostNativeLines);
            facts.unreadRules.push_back("table " + fullName(table) + ": more than " + std::to_string(mostNativeLines) + " lines");
        }
        if (!native->lines.empty())
            facts.nativeTables.push_back(std::move(*native));
    }
}

} // namespace

std::vector<std::string> listCommand(const NftablesTable& table)
{
    return {"nft", "--stateless", "list", "table", table.family, table.name};
}

Result<std::vector<nf_tables::Table>> readNativeRules(const std::vector<NftablesTable>& tables)
{
    Result<nf_tables::Rules> rules = nf_tables::readRulesOf(tables);
    if (!rules)
        return tl::unexpected(rules.error());
    return rules->complete ? std::move(rules->tables) : std::vector<nf_tables::Table>{};
}

Result<std::vector<NftablesTable>> nftablesTablesToRead()
{
    if (!isKernelPartActive("nf_tables"))
        return std::vector<NftablesTable>{};
    Result<std::vector<NftablesTable>> tables = readNftablesTables();
    if (!tables)
        return tables;
    const Result<std::set<std::string>> filtering = readFilteringNftablesTables();
    if (!filtering)
        return tl::unexpected(filtering.error());
    std::erase_if(*tables, [&](const NftablesTable& table) { return !isMadeByIptables(table) && !filtering->contains(fullName(table)); });
    return tables;
}

std::vector<SavedTable> readSaveOutput(std::string_view text, Backend backend, Family family)
{
    std::vector<SavedTable> tables;
    for (const std::string_view line : splitLines(text)) {
        if (line.starts_with('*'))
            tables.push_back({backend, family, std::string(trimmed(line.substr(1))), {}});
        else if (!tables.empty() && !line.starts_with('#') && line != "COMMIT")
            tables.back().lines.emplace_back(line);
    }
    return tables;
}

NativeTable readNativeTable(std::string_view text, const std::string& name)
{
    NativeTable table{name, {}};
    bool inChain = false;
    bool filters = false;
    for (const std::string_view raw : splitLines(text)) {
        const std::string_view line = trimmed(raw);
        inChain = inChain || line.starts_with("chain ") || line.starts_with("set ") || line.starts_with("map ");
        if (!inChain || line.empty())
            continue;
        filters =
            filters || ((line.starts_with("type filter hook ") || line.starts_with("type nat hook ")) && !contains(line, "hook ingress"));
        if (table.lines.size() < mostNativeLines)
            table.lines.emplace_back(line);
        inChain = line != "}";
    }
    if (!filters)
        table.lines.clear();
    return table;
}

std::vector<SavedTable> readLegacyCounters(const NodeFiles& files, const CommandRunner& run)
{
    std::vector<SavedTable> tables;
    for (const Family family : allFamilies) {
        const std::string names = files.read(namesOfTables(family)).value_or("");
        for (const std::string_view name : splitWords(names)) {
            if (!isWanted(name) || name == "nat") // where iptables lets nothing be dropped
                continue;
            const std::string text = run({saveCommand(family, "legacy"), "-c", "-t", std::string(name)}).value_or("");
            for (SavedTable& saved : readSaveOutput(text, Backend::Iptables, family))
                tables.push_back(std::move(saved));
        }
    }
    return tables;
}

void readFirewall(const FirewallSources& sources, const Result<std::vector<NftablesTable>>& nftTables, NodeFacts& facts)
{
    for (const Family family : allFamilies)
        saveLegacy(sources.files, sources.run, family, facts);
    if (!nftTables) {
        facts.unreadRules.push_back(toText(nftTables.error()));
        return;
    }
    std::vector<NftablesTable> natives;
    for (const NftablesTable& table : *nftTables) {
        const Family family = table.family == "ip6" ? Family::Ipv6 : Family::Ipv4;
        if (!isMadeByIptables(table) && isInternet(table))
            natives.push_back(table);
        else if (isMadeByIptables(table) && isWanted(table.name))
            save(sources.run, saveCommand(family, "nft"), table.name, Backend::Nftables, family, facts);
    }
    listNatives(sources, std::move(natives), facts);
}

} // namespace notrack
