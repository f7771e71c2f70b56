#include "core/findings/native_rules.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace notrack
{

namespace
{

using Words = std::vector<std::string>;

constexpr std::size_t mostElements = 64; ///< of an anonymous set that is taken apart; a larger one is not understood

/// Words of a line; braces and commas are words of their own, quotes are taken off.
Words splitLine(std::string_view line)
{
    Words words;
    std::string word;
    bool quoted = false;
    const auto end = [&] {
        if (!word.empty())
            words.push_back(std::exchange(word, {}));
    };
    for (const char c : line) {
        if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && (c == ' ' || c == '\t' || c == ';')) {
            end();
        } else if (!quoted && (c == '{' || c == '}' || c == ',')) {
            end();
            words.emplace_back(1, c);
        } else {
            word += c;
        }
    }
    end();
    return words;
}

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

Condition makeCondition(std::string match, std::string option, std::string value, bool negated)
{
    Condition condition{
        .match = std::move(match), .option = std::move(option), .values = {std::move(value)}, .negated = negated, .prefix = {}};
    std::string& interface = condition.values.front();
    if ((condition.option == "-i" || condition.option == "-o") && interface.ends_with('*'))
        interface.back() = '+';
    if (condition.option == "-s" || condition.option == "-d") {
        const std::string& text = condition.values.front();
        const Result<Prefix> prefix = text.find('/') == std::string::npos
                                          ? readPrefix(text + (text.find(':') == std::string::npos ? "/32" : "/128"))
                                          : readPrefix(text);
        if (prefix)
            condition.prefix = *prefix;
    }
    return condition;
}

Condition unknown()
{
    return makeCondition("nft", "--unknown", "", false);
}

/// Reads one rule; a verdict map becomes a rule an element.
class RuleReading
{
public:
    RuleReading(std::string line, Words words) : m_line(std::move(line)), m_words(std::move(words)) {}

    std::vector<SavedRule> read()
    {
        while (m_at < m_words.size() && !m_done)
            statement();
        if (!m_done)
            finish("");
        return std::move(m_rules);
    }

private:
    std::string take() { return m_at < m_words.size() ? m_words[m_at++] : std::string(); }
    std::string peek(std::size_t ahead = 0) const { return m_at + ahead < m_words.size() ? m_words[m_at + ahead] : std::string(); }

    void finish(const std::string& target, bool isGoto = false)
    {
        m_rules.push_back({.line = m_line, .conditions = m_conditions, .target = target, .isGoto = isGoto, .targetOptions = {}});
        m_done = true;
    }

    /// "accept", "drop", "jump NAME" and the like at `word`; nothing for what is no verdict.
    static std::optional<std::pair<std::string, bool>> verdictOf(const std::string& word, const std::string& next)
    {
        if (word == "accept")
            return std::pair("ACCEPT", false);
        if (word == "drop" || word == "reject")
            return std::pair("DROP", false);
        if (word == "return" || word == "continue")
            return std::pair(word == "return" ? "RETURN" : "", false);
        if (word == "jump" || word == "goto")
            return std::pair(next, word == "goto");
        if (word == "queue")
            return std::pair("NFQUEUE", false);
        return std::nullopt;
    }

    void statement()
    {
        const std::string word = take();
        if (const auto verdict = verdictOf(word, peek())) {
            if (!verdict->first.empty())
                finish(verdict->first, verdict->second);
        } else if (word == "ct" && peek() == "state") {
            take();
            state();
        } else if (word == "ct") { // of its entry, which an untracked packet has not (nft_ct.c)
            m_conditions.push_back(makeCondition("connmark", "--entry", take(), false));
            bool ignored = false;
            takeValues(ignored);
        } else if (word == "ip" || word == "ip6") {
            header(word);
        } else if (word == "udp" || word == "tcp" || word == "th") {
            ports(word);
        } else if (word == "meta") {
            meta(take());
        } else if (word == "iifname" || word == "oifname" || word == "iif" || word == "oif") {
            values("", word.front() == 'i' ? "-i" : "-o", "");
        } else if (word == "counter" || word == "packets" || word == "bytes" || word == "log" || word == "prefix" || word == "level" ||
                   word == "comment") {
            if (word != "counter" && word != "log")
                take();
        } else {
            skipUnknown();
        }
    }

    /// What is not understood, and whatever words belong to it; a map may give any verdict.
    void skipUnknown()
    {
        m_conditions.push_back(unknown());
        while (m_at < m_words.size() && peek() != "vmap" && !verdictOf(peek(), peek(1)))
            ++m_at;
        if (peek() == "vmap")
            finish("a verdict map");
    }

    /// "!=" or "==" and then one value or a set of them.
    Words takeValues(bool& negated)
    {
        negated = peek() == "!=";
        if (negated || peek() == "==")
            take();
        if (peek() != "{") {
            Words one{take()};
            while (peek() == ",") { // ct state a,b
                take();
                one.push_back(take());
            }
            return one;
        }
        Words all;
        take();
        while (m_at < m_words.size() && peek() != "}") {
            if (peek() != ",")
                all.push_back(take());
            else
                take();
        }
        take();
        return all;
    }

    static std::string joined(const Words& words, const char* separator)
    {
        std::string text;
        for (const std::string& word : words)
            text += (text.empty() ? "" : separator) + word;
        return text;
    }

    static std::string stateName(std::string name)
    {
        std::transform(name.begin(), name.end(), name.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
        return name;
    }

    void state()
    {
        if (peek() == "vmap")
            return map([](const std::string& name) { return makeCondition("conntrack", "--ctstate", stateName(name), false); });
        bool negated = false;
        Words states = takeValues(negated);
        std::transform(states.begin(), states.end(), states.begin(), stateName);
        m_conditions.push_back(makeCondition("conntrack", "--ctstate", joined(states, ","), negated));
    }

    /// vmap { invalid : drop, established : accept, new : jump chain }, one rule an element. A named map is not understood.
    template <typename MakeOne>
    void map(MakeOne makeOne)
    {
        take();
        if (peek() != "{")
            return finish("a verdict map");
        take();
        while (m_at < m_words.size() && peek() != "}") {
            const std::string value = take();
            if (peek() == ":")
                take();
            const std::string word = take();
            const auto verdict = verdictOf(word, peek());
            if (!verdict)
                return finish("a verdict map");
            if (word == "jump" || word == "goto")
                take();
            SavedRule rule{
                .line = m_line, .conditions = m_conditions, .target = verdict->first, .isGoto = verdict->second, .targetOptions = {}};
            rule.conditions.push_back(makeOne(value));
            m_rules.push_back(std::move(rule));
            if (peek() == ",")
                take();
        }
        m_done = true;
    }

    /// Conditions of one option; of several addresses or interfaces only one rule each would do, so a set of them may hold or not unless none can.
    void values(const std::string& match, const std::string& option, const std::string& unit)
    {
        if (peek() == ".")
            return skipUnknown();
        if (peek() == "vmap")
            return map([&](const std::string& value) { return makeCondition(match, option, value + unit, false); });
        bool negated = false;
        const Words all = takeValues(negated);
        if (all.size() == 1 && !all.front().starts_with('@'))
            m_conditions.push_back(makeCondition(match, option, all.front() + unit, negated));
        else if (!negated && all.size() <= mostElements &&
                 std::none_of(all.begin(), all.end(), [](const std::string& one) { return one.starts_with('@'); }))
            alternatives(match, option, all);
        else
            m_conditions.push_back(unknown());
    }

    /// The rest of the rule once for each value.
    void alternatives(const std::string& match, const std::string& option, const Words& all)
    {
        for (const std::string& value : all) {
            RuleReading rest(m_line, m_words);
            rest.m_at = m_at;
            rest.m_conditions = m_conditions;
            rest.m_conditions.push_back(makeCondition(match, option, value, false));
            std::vector<SavedRule> rules = rest.read();
            std::move(rules.begin(), rules.end(), std::back_inserter(m_rules));
        }
        m_done = true;
    }

    void header(const std::string& family)
    {
        const std::string field = take();
        if (field == "saddr" || field == "daddr")
            return values("", field == "saddr" ? "-s" : "-d", "");
        if ((field == "protocol" && family == "ip") || (field == "nexthdr" && family == "ip6"))
            return values("", "-p", "");
        skipUnknown();
    }

    static std::string portOf(std::string port)
    {
        std::replace(port.begin(), port.end(), '-', ':');
        return port == "domain" ? "53" : port;
    }

    void ports(const std::string& protocol)
    {
        const std::string field = take();
        if (protocol != "th")
            m_conditions.push_back(makeCondition("", "-p", protocol, false));
        if ((field != "sport" && field != "dport") || peek() == ".")
            return skipUnknown();
        const std::string option = field == "sport" ? "--sports" : "--dports";
        if (peek() == "vmap")
            return map([&](const std::string& port) { return makeCondition("multiport", option, portOf(port), false); });
        bool negated = false;
        Words all = takeValues(negated);
        if (std::any_of(all.begin(), all.end(), [](const std::string& one) { return one.starts_with('@'); }))
            return m_conditions.push_back(unknown());
        std::transform(all.begin(), all.end(), all.begin(), portOf);
        m_conditions.push_back(makeCondition("multiport", option, joined(all, ","), negated));
    }

    void meta(const std::string& key)
    {
        if (key == "l4proto")
            return values("", "-p", "");
        if (key == "iifname" || key == "iif")
            return values("", "-i", "");
        if (key == "oifname" || key == "oif")
            return values("", "-o", "");
        if (key == "mark" && peek() == "set")
            return setMark();
        skipUnknown();
    }

    /// The mark is not followed: from here on it is not known.
    void setMark()
    {
        m_rules.push_back({.line = m_line, .conditions = m_conditions, .target = "HMARK", .isGoto = false, .targetOptions = {}});
        take();
        take();
        if (m_at < m_words.size() && !verdictOf(peek(), peek(1)))
            skipUnknown();
    }

    std::string m_line;
    Words m_words;
    std::size_t m_at = 0;
    std::vector<Condition> m_conditions;
    std::vector<SavedRule> m_rules;
    bool m_done = false;
};

} // namespace

std::vector<SavedChains> readNativeChains(const NativeTable& table, Family family)
{
    SavedChains all{.backend = Backend::Nftables, .family = family, .table = "table " + table.name, .chains = {}};
    std::vector<std::pair<std::string, std::string>> bases; // the chain's name, the built-in one's
    std::string current;
    for (const std::string& line : table.lines) {
        const Words words = splitLine(line);
        if (words.size() >= 2 && words[0] == "chain") {
            current = words[1];
            all.chains[current];
        } else if (line == "}" || words.empty()) {
            continue;
        } else if (words.size() > 3 && words[0] == "type" && words[2] == "hook") {
            const std::string builtIn = words[1] == "filter" ? builtInOf(words[3]) : std::string();
            if (!builtIn.empty())
                bases.emplace_back(current, builtIn);
            all.chains[current].policy = std::find(words.begin(), words.end(), "drop") != words.end() ? "DROP" : "ACCEPT";
        } else {
            std::vector<SavedRule> rules = RuleReading(line, words).read();
            std::vector<SavedRule>& chain = all.chains[current].rules;
            std::move(rules.begin(), rules.end(), std::back_inserter(chain));
        }
    }
    indexRules(all);
    std::vector<SavedChains> tables;
    for (const auto& [name, builtIn] : bases) {
        SavedChains& one = tables.emplace_back(all);
        one.chains[builtIn] = all.chains[name];
    }
    return tables;
}

} // namespace notrack
