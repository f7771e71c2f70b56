#pragma once

#include "core/findings/node_facts.h"
#include "core/findings/rule_index.h"
#include "core/net/ip.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace notrack
{

struct Alternatives;
class IpSetContents;

/// The sets whose contents are known, by their names.
using IpSetsByName = std::map<std::string, std::shared_ptr<const IpSetContents>, std::less<>>;

/// One condition of a rule: `[!] --option values…`, with the match extension (`-m NAME`) that it belongs to.
struct Condition
{
    std::string match;  ///< empty for the options of every rule: -s, -d, -p, -i, -o
    std::string option; ///< empty for a match that has none
    std::vector<std::string> values;
    bool negated = false;
    std::optional<Prefix> prefix;                 ///< the value of -s and -d, read once since rule sets are long
    int instance = 0;                             ///< which `-m` of its rule it belongs to: a rule may have the same match twice
    std::shared_ptr<const Alternatives> anyOf{};  ///< the elements of a set: it holds where all conditions of one of them do
    std::shared_ptr<const IpSetContents> ipSet{}; ///< what the ipset of a set match holds; null: not known

    bool operator==(const Condition&) const = default;
};

/// One `-A CHAIN …` line.
struct SavedRule
{
    std::string line; ///< as it was saved
    std::vector<Condition> conditions;
    std::string target;  ///< empty for a rule that only counts
    bool isGoto = false; ///< -g: the called chain returns past this one
    std::vector<Condition> targetOptions;

    bool operator==(const SavedRule&) const = default;
};

/// Rules without targets, each an element of a set.
struct Alternatives
{
    std::vector<SavedRule> elements;
    RuleIndex index; ///< of the elements
};

struct SavedChain
{
    std::string policy; ///< "ACCEPT", "DROP", or empty for a chain that is not built in
    std::vector<SavedRule> rules;
    RuleIndex index; ///< of the rules

    bool operator==(const SavedChain&) const = default;
};

using ChainsByName = std::map<std::string, SavedChain, std::less<>>;

/// A SavedTable taken apart.
struct SavedChains
{
    Backend backend = Backend::Iptables;
    Family family = Family::Ipv4;
    std::string table;
    std::string role;                           ///< "raw", "mangle", "nat", "filter"; empty for filters of nft's own, which stand anywhere
    std::shared_ptr<const ChainsByName> chains; ///< never null; one for all base chains of a table of nft's own
    std::string builtIn;                        ///< the one built-in chain of a table of nft's own, and
    std::string base;                           ///< nft's name for it

    /// The chain of that name, or nullptr.
    const SavedChain* find(std::string_view name) const;

    bool operator==(const SavedChains&) const = default;
};

/// A word of a saved line; a quoted word is never an option, whatever it starts with.
struct SavedWord
{
    std::string text;
    bool quoted = false;

    bool operator==(const SavedWord&) const = default;
};

/// Splits a line as iptables-save quotes it: double quotes around, backslashes before quotes and backslashes.
std::vector<SavedWord> splitSavedLine(std::string_view line);

/// Builds the indexes of all chains anew: what reads rules ends with it.
void indexRules(ChainsByName& chains);

/// Reads any lines; what is no chain and no rule is passed over. `sets` are as the table's family meets them.
SavedChains readSavedTable(const SavedTable& saved, const IpSetsByName& sets = {});

/// "nat (nftables): -A …", as findings quote a rule; names IPv6 where it is.
std::string quoteRule(const SavedChains& table, std::string_view line);

} // namespace notrack
