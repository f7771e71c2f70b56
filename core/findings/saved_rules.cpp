#include "core/findings/saved_rules.h"

#include <utility>

namespace notrack
{

namespace
{

/// Turns the words of one rule into conditions and a target, from left to right.
class RuleReader
{
public:
    explicit RuleReader(std::vector<SavedWord> words) : m_words(std::move(words)) {}

    SavedRule read(std::string line)
    {
        SavedRule rule;
        rule.line = std::move(line);
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

    std::string takeValue() { return m_next < m_words.size() ? m_words[m_next++].text : std::string(); }

    void readOne(SavedRule& rule)
    {
        const bool negated = !m_words[m_next].quoted && m_words[m_next].text == "!";
        if (negated)
            ++m_next;
        const std::string option = takeValue();
        if (option == "-m") {
            endMatch(rule);
            m_match = takeValue();
            m_isBare = true;
            ++m_instance;
            return;
        }
        if (option == "-j" || option == "-g") {
            endMatch(rule);
            rule.target = takeValue();
            rule.isGoto = option == "-g";
            m_match.clear();
            m_inTarget = true;
            return;
        }
        Condition condition{m_match, option, {}, negated, {}, m_instance};
        while (m_next < m_words.size() && !atOption())
            condition.values.push_back(takeValue());
        finish(condition);
        m_isBare = m_isBare && condition.match.empty();
        (m_inTarget ? rule.targetOptions : rule.conditions).push_back(std::move(condition));
    }

    /// A match without an option has one to ask of its own, as rpfilter and socket do; these two ask for what -p says.
    void endMatch(SavedRule& rule)
    {
        if (std::exchange(m_isBare, false) && m_match != "udp" && m_match != "tcp")
            rule.conditions.push_back({m_match, {}, {}, false, {}, m_instance});
    }

    static void finish(Condition& condition)
    {
        const bool isShort = condition.option.size() == 2;
        if (isShort)
            condition.match.clear();
        if (condition.values.size() != 1 || (condition.option != "-s" && condition.option != "-d"))
            return;
        if (const Result<Prefix> prefix = readPrefix(condition.values.front()))
            condition.prefix = *prefix;
        else if (const Result<Address> address = readAddress(condition.values.front()))
            condition.prefix = Prefix(*address);
    }

    std::vector<SavedWord> m_words;
    std::size_t m_next = 0;
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

void readRuleLine(std::vector<SavedWord> words, const std::string& line, ChainsByName& chains)
{
    if (!words.empty() && words.front().text.starts_with('['))
        words.erase(words.begin()); // counters of iptables-save -c
    if (words.size() < 2 || words.front().text != "-A")
        return;
    SavedChain& chain = chains[words[1].text];
    words.erase(words.begin(), words.begin() + 2);
    chain.rules.push_back(RuleReader(std::move(words)).read(line));
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

SavedChains readSavedTable(const SavedTable& saved)
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
            readRuleLine(std::move(words), line, chains);
    }
    indexRules(chains);
    return {saved.backend, saved.family, saved.table, saved.table, std::make_shared<ChainsByName>(std::move(chains)), {}, {}};
}

std::string quoteRule(const SavedChains& table, std::string_view line)
{
    const std::string_view family = table.family == Family::Ipv6 ? ", ipv6" : "";
    return table.table + " (" + std::string(toText(table.backend)) + std::string(family) + "): " + std::string(line);
}

} // namespace notrack
