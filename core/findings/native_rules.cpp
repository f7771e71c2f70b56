#include "core/findings/native_rules.h"

#include "core/base/number_text.h"
#include "core/findings/native_rule.h"
#include "core/findings/native_words.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace notrack
{

namespace
{

using Words = std::vector<std::string>;

constexpr int conntrackPriority = -200; ///< NF_IP_PRI_CONNTRACK

/// A base chain's hook as iptables names its chain; empty for other hooks.
std::string builtInOf(const std::string& hook)
{
    constexpr std::array<std::pair<std::string_view, std::string_view>, 5> known{
        {{"prerouting", "PREROUTING"}, {"input", "INPUT"}, {"forward", "FORWARD"}, {"output", "OUTPUT"}, {"postrouting", "POSTROUTING"}}};
    for (const auto& [name, chain] : known) {
        if (hook == name)
            return std::string(chain);
    }
    return {};
}

int readSigned(std::string_view text)
{
    const bool negative = text.starts_with('-');
    const int value = static_cast<int>(readNumber<std::uint16_t>(negative ? text.substr(1) : text).value_or(0));
    return negative ? -value : value;
}

/// "priority srcnat + 10" as a number (nft(8), "Standard priority names"); 0
/// for what is not understood.
int priorityOf(const Words& words)
{
    constexpr std::array<std::pair<std::string_view, int>, 6> names{
        {{"raw", -300}, {"mangle", -150}, {"dstnat", -100}, {"filter", 0}, {"security", 50}, {"srcnat", 100}}};
    const auto at = std::find(words.begin(), words.end(), "priority");
    if (at == words.end() || at + 1 == words.end())
        return 0;
    const std::string& text = *(at + 1);
    const auto* const named = std::find_if(names.begin(), names.end(), [&](const auto& one) { return one.first == text; });
    if (named == names.end())
        return readSigned(text);
    if (words.end() - at < 4)
        return named->second;
    const int more = readSigned(*(at + 3));
    return named->second + (*(at + 2) == "-" ? -more : *(at + 2) == "+" ? more : 0);
}

/// The elements of named sets and maps as an anonymous one would have them:
/// "{", "10.244.1.3", ",", "10.244.2.5", "}".
using NamedSets = std::map<std::string, Words>;

/// What stands between the braces of "elements = { … }", without time-outs,
/// counters and comments of the elements.
Words elementsOf(const Words& block)
{
    Words elements{"{"};
    auto at = std::find(block.begin(), block.end(), "elements");
    at = std::find(at, block.end(), "{");
    bool wanted = true;
    for (at = at == block.end() ? at : at + 1; at != block.end() && *at != "}"; ++at) {
        if (*at == "," || *at == ":")
            wanted = true;
        else if (*at == "timeout" || *at == "expires" || *at == "counter" || *at == "comment" || *at == "limit")
            wanted = false;
        if (wanted)
            elements.push_back(*at);
    }
    elements.emplace_back("}");
    return elements;
}

/// One "set NAME {" or "map NAME {" to its "}". Sets that packets fill
/// themselves are left out: nobody knows what they hold.
void readSet(const std::string& name, const Words& block, NamedSets& sets)
{
    const bool changes =
        std::find(block.begin(), block.end(), "dynamic") != block.end() || std::find(block.begin(), block.end(), "timeout") != block.end();
    if (!changes)
        sets["@" + name] = elementsOf(block);
}

/// Puts the elements of named sets in place of their names, but where elements
/// are added to them.
Words resolved(const Words& words, const NamedSets& sets)
{
    Words all;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const bool changes = i > 0 && (words[i - 1] == "add" || words[i - 1] == "update" || words[i - 1] == "delete");
        const auto found = changes ? sets.end() : sets.find(words[i]);
        if (found == sets.end())
            all.push_back(words[i]);
        else
            all.insert(all.end(), found->second.begin(), found->second.end());
    }
    return all;
}

struct BaseChain
{
    std::string name;
    std::string builtIn;
    std::string role;
};

std::string roleOf(const Words& words)
{
    if (words[1] == "nat")
        return "nat";
    return priorityOf(words) < conntrackPriority ? "raw" : "";
}

NamedSets readSets(const NativeTable& table)
{
    NamedSets sets;
    std::string name;
    Words block;
    for (const std::string& line : table.lines) {
        const Words words = splitNativeLine(line);
        if (words.size() == 3 && (words[0] == "set" || words[0] == "map") && words[2] == "{") {
            name = words[1];
            block.clear();
        } else if (line == "}") {
            if (!name.empty())
                readSet(name, block, sets);
            name.clear();
        } else if (!name.empty()) {
            block.insert(block.end(), words.begin(), words.end());
        }
    }
    return sets;
}

bool opensBlock(const Words& words)
{
    return words.size() == 3 && words[2] == "{" && (words[0] == "chain" || words[0] == "set" || words[0] == "map");
}

} // namespace

std::vector<SavedChains> readNativeChains(const NativeTable& table, Family family)
{
    ChainsByName chains;
    const NamedSets sets = readSets(table);
    std::vector<BaseChain> bases;
    std::string current;
    for (const std::string& line : table.lines) {
        const Words words = splitNativeLine(line);
        if (opensBlock(words)) {
            current = words[0] == "chain" ? words[1] : "";
            if (!current.empty())
                chains[current];
        } else if (line == "}" || words.empty() || current.empty()) {
            continue;
        } else if (words.size() > 3 && words[0] == "type" && words[2] == "hook") {
            if (const std::string builtIn = builtInOf(words[3]); !builtIn.empty() && words[1] != "route")
                bases.push_back({current, builtIn, roleOf(words)});
            chains[current].policy = std::find(words.begin(), words.end(), "drop") != words.end() ? "DROP" : "ACCEPT";
        } else {
            std::vector<SavedRule> rules = readNativeRule(line, resolved(words, sets), family);
            std::vector<SavedRule>& chain = chains[current].rules;
            std::move(rules.begin(), rules.end(), std::back_inserter(chain));
        }
    }
    indexRules(chains);
    const auto shared = std::make_shared<ChainsByName>(std::move(chains));
    std::vector<SavedChains> tables;
    tables.reserve(bases.size());
    for (const BaseChain& base : bases)
        tables.push_back({.backend = Backend::Nftables,
                          .family = family,
                          .table = "table " + table.name,
                          .role = base.role,
                          .chains = shared,
                          .builtIn = base.builtIn,
                          .base = base.name});
    return tables;
}

} // namespace notrack
