#include "core/findings/saved_rules.h"

#include <algorithm>
#include <utility>

namespace notrack
{

namespace
{

/// Turns the words of one rule into conditions and a target, from left to right.
class RuleReader
{
public:
    /// Takes the words from `first` on.
    RuleReader(std::vector<SavedWord>& words, std::size_t first) : m_words(words), m_next(first) {}

    SavedRule read(const std::string& line)
    {
        SavedRule rule;
        rule.conditions.reserve(4);
        rule.line = line;
        while (m_next < m_words.size())
            readOne(rule);
        endMatch(rule);
        return rule;
    }

private:
    bool atOption() const
    {
        const SavedWord& word = m_words[m_next];
        return !word.quoted && ((word.text.size() > 1 && word.text.front() == '-') || word.text == "!");
    }

    std::string takeValue() { return m_next < m_words.size() ? std::move(m_words[m_next++].text) : std::string(); }

    void readOne(SavedRule& rule)
    {
        const bool negated = !m_words[m_next].quoted && m_words[m_next].text == "!";
        if (negated)
            ++m_next;
        std::string option = takeValue();
        if (std::string_view(option) == "-m") {
            endMatch(rule);
            m_match = takeValue();
            m_isBare = true;
            ++m_instance;
            return;
        }
        if (std::string_view(option) == "-j" || std::string_view(option) == "-g") {
            endMatch(rule);
            rule.target = takeValue();
            rule.isGoto = option == "-g";
            m_match.clear();
            m_inTarget = true;
            return;
        }
        std::vector<Condition>& conditions = m_inTarget ? rule.targetOptions : rule.conditions;
        Condition& condition = conditions.emplace_back(Condition{m_match, std::move(option), {}, negated, {}, m_instance});
        while (m_next < m_words.size() && !atOption())
            condition.values.push_back(takeValue());
        finish(condition);
        m_isBare = m_isBare && condition.match.empty();
        if (std::string_view(condition.match) == "comment") // holds always
            conditions.pop_back();
    }

    /// A match without an option has one to ask of its own, as rpfilter and socket do; udp and tcp ask for what -p says.
    void endMatch(SavedRule& rule)
    {
        if (std::exchange(m_isBare, false) && m_match != "udp" && m_match != "tcp" && m_match != "comment")
            rule.conditions.push_back({m_match, {}, {}, false, {}, m_instance});
    }

    static void finish(Condition& condition)
    {
        const bool isShort = condition.option.size() == 2;
        if (isShort)
            condition.match.clear();
        if (condition.values.size() != 1 || !isShort || (condition.option[1] != 's' && condition.option[1] != 'd'))
            return;
        if (const Result<Prefix> prefix = readPrefix(condition.values.front()))
            condition.prefix = *prefix;
        else if (const Result<Address> address = readAddress(condition.values.front()))
            condition.prefix = Prefix(*address);
    }

    std::vector<SavedWord>& m_words;
    std::size_t m_next;
    std::string m_match;
    int m_instance = 0;
    bool m_isBare = false; ///< the match has no option yet
    bool m_inTarget = false;
};

void readChainLine(const std::vector<SavedWord>& words, ChainsByName& chains)
{
    const std::string name = words.front().text.substr(1);
    const std::string policy = words.size() > 1 ? words[1].text : "-";
    chains[name].policy = policy == "-" ? "" : policy;
}

void readRuleLine(std::vector<SavedWord>& words, const std::string& line, ChainsByName& chains)
{
    const std::size_t first = words.front().text.starts_with('[') ? 1 : 0; // counters of iptables-save -c
    if (words.size() < first + 2 || words[first].text != "-A")
        return;
    chains[words[first + 1].text].rules.push_back(RuleReader(words, first + 2).read(line));
}

/// What else a set match asks for turns what the set says round, or depends on more than the set holds.
bool isAskedAlone(const SavedRule& rule, const Condition& setMatch)
{
    return std::none_of(rule.conditions.begin(), rule.conditions.end(),
                        [&](const Condition& one) { return one.instance == setMatch.instance && !one.match.empty() && &one != &setMatch; });
}

void putSetsIn(ChainsByName& chains, const IpSetsByName& sets)
{
    for (auto& [name, chain] : chains) {
        for (SavedRule& rule : chain.rules) {
            for (Condition& condition : rule.conditions) {
                if (condition.option != "--match-set" || condition.values.empty() || !isAskedAlone(rule, condition))
                    continue;
                if (const auto found = sets.find(condition.values.front()); found != sets.end())
                    condition.ipSet = found->second;
            }
        }
    }
}

} // namespace

const SavedChain* SavedChains::find(std::string_view name) const
{
    const auto found = chains->find(!base.empty() && name == builtIn ? std::string_view(base) : name);
    return found == chains->end() ? nullptr : &found->second;
}

std::vector<SavedWord> splitSavedLine(std::string_view line)
{
    const auto isBlank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
    std::vector<SavedWord> words;
    words.reserve(16);
    bool inWord = false;
    for (std::size_t i = 0; i < line.size();) {
        if (isBlank(line[i])) {
            inWord = false;
            ++i;
            continue;
        }
        if (!inWord)
            words.emplace_back();
        inWord = true;
        SavedWord& word = words.back();
        if (line[i] != '"') { // most words are nothing else
            const std::size_t start = i;
            while (i < line.size() && !isBlank(line[i]) && line[i] != '"')
                ++i;
            word.text.append(line.substr(start, i - start));
            continue;
        }
        word.quoted = true;
        for (++i; i < line.size() && line[i] != '"'; ++i) {
            if (line[i] == '\\' && i + 1 < line.size())
                ++i;
            word.text += line[i];
        }
        ++i;
    }
    return words;
}

void indexRules(ChainsByName& chains)
{
    for (auto& [name, chain] : chains)
        chain.index = RuleIndex(chain.rules);
}

SavedChains readSavedTable(const SavedTable& saved, const IpSetsByName& sets)
{
    ChainsByName chains;
    for (const std::string& line : saved.lines) {
        if (line.empty() || line.front() == '#' || line.front() == '*')
            continue;
        std::vector<SavedWord> words = splitSavedLine(line);
        if (words.empty())
            continue;
        if (line.front() == ':')
            readChainLine(words, chains);
        else
            readRuleLine(words, line, chains);
    }
    if (!sets.empty())
        putSetsIn(chains, sets);
    indexRules(chains);
    return {saved.backend, saved.family, saved.table, saved.table, std::make_shared<ChainsByName>(std::move(chains)), {}, {}};
}

std::string quoteRule(const SavedChains& table, std::string_view line)
{
    const std::string_view family = table.family == Family::Ipv6 ? ", ipv6" : "";
    return table.table + " (" + std::string(toText(table.backend)) + std::string(family) + "): " + std::string(line);
}

} // namespace notrack
