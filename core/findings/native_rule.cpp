#include "core/findings/native_rule.h"

#include "core/findings/native_words.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace notrack
{

namespace
{

using Words = std::vector<std::string>;

constexpr std::size_t mostElements = 64; ///< of a set that is taken apart; a larger one is not understood
constexpr std::size_t mostCopies = 512;  ///< of a rule with several sets

/// Reads one rule; a verdict map becomes a rule an element.
class RuleReading
{
public:
    RuleReading(std::string line, Words words, Family family) : m_line(std::move(line)), m_words(std::move(words)), m_family(family) {}

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

    void finish(const std::string& target, bool isGoto = false, std::vector<Condition> options = {})
    {
        m_rules.push_back(
            {.line = m_line, .conditions = m_conditions, .target = target, .isGoto = isGoto, .targetOptions = std::move(options)});
        m_done = true;
    }

    /// "accept", "drop", "jump NAME" and the like at `word`; nothing for what is
    /// no verdict.
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

    /// How many words belong to one that matches nothing; npos for others.
    static std::size_t wordsBehind(const std::string& word)
    {
        constexpr std::array<std::string_view, 8> withOne{"packets", "bytes", "prefix", "level", "comment", "group", "snaplen", "flags"};
        if (word == "counter" || word == "log")
            return 0;
        return std::find(withOne.begin(), withOne.end(), word) != withOne.end() ? 1 : std::string::npos;
    }

    static bool isOtherProtocol(const std::string& word)
    {
        constexpr std::array<std::string_view, 9> known{"icmp", "icmpv6", "igmp", "esp", "ah", "comp", "sctp", "dccp", "udplite"};
        return std::find(known.begin(), known.end(), word) != known.end();
    }

    /// dnat [ip] to ADDRESS:PORT; of a map nothing is told.
    void destination()
    {
        while (m_at < m_words.size() && take() != "to") {
        }
        finish("DNAT", false, {makeCondition("", "--to-destination", take(), false)});
    }

    /// fib saddr type local; other questions to the routes are not understood.
    void addressType()
    {
        const std::string address = take();
        if ((address != "saddr" && address != "daddr") || peek() != "type")
            return skipUnknown();
        take();
        bool negated = false;
        const Words types = takeValues(negated);
        m_conditions.push_back(
            makeCondition("addrtype", address == "saddr" ? "--src-type" : "--dst-type", upperCase(joined(types, ",")), negated));
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
        } else if (word == "ct") { // of its entry, which an untracked packet has
                                   // not (nft_ct.c)
            m_conditions.push_back(makeCondition("connmark", "--entry", take(), false));
            bool ignored = false;
            takeValues(ignored);
        } else if (word == "ip" || word == "ip6") {
            if ((word == "ip") != (m_family == Family::Ipv4))
                m_conditions.push_back(neverCondition());
            header(word);
        } else if (word == "masquerade" || word == "redirect" || word == "notrack" || word == "snat") {
            finish(upperCase(word));
        } else if (word == "dnat") {
            destination();
        } else if (word == "fib") {
            addressType();
        } else if (isOtherProtocol(word)) {
            m_conditions.push_back(makeCondition("", "-p", word, false));
            skipUnknown();
        } else if (word == "udp" || word == "tcp" || word == "th") {
            ports(word);
        } else if (word == "meta") {
            meta(take());
        } else if (word == "iifname" || word == "oifname" || word == "iif" || word == "oif") {
            values("", word.front() == 'i' ? "-i" : "-o", "");
        } else if (const std::size_t words = wordsBehind(word); words != std::string::npos) {
            m_at += words;
        } else {
            skipUnknown();
        }
    }

    /// What is not understood, and whatever words belong to it; a map may give
    /// any verdict.
    void skipUnknown()
    {
        m_conditions.push_back(unknownCondition());
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

    void state()
    {
        if (peek() == "vmap")
            return map([](const std::string& name) { return makeCondition("conntrack", "--ctstate", upperCase(name), false); });
        bool negated = false;
        Words states = takeValues(negated);
        std::transform(states.begin(), states.end(), states.begin(), upperCase);
        m_conditions.push_back(makeCondition("conntrack", "--ctstate", joined(states, ","), negated));
    }

    /// vmap { invalid : drop, established : accept, new : jump chain }, one rule
    /// an element. A named map is not understood.
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

    /// Conditions of one option; of several addresses or interfaces only one rule
    /// each would do, so a set of them may hold or not unless none can.
    void values(const std::string& match, const std::string& option, const std::string& unit)
    {
        if (peek() == ".")
            return skipUnknown();
        if (peek() == "vmap")
            return map([&](const std::string& value) { return makeCondition(match, option, value + unit, false); });
        bool negated = false;
        const Words all = takeValues(negated);
        const bool many = all.size() > mostElements || m_copies * all.size() > mostCopies;
        if (many || std::any_of(all.begin(), all.end(), [](const std::string& one) { return one.starts_with('@'); }))
            return m_conditions.push_back(unknownCondition());
        if (all.size() != 1 && !negated)
            return alternatives(match, option, all);
        for (const std::string& one : all) // of several that it must not be, it must be none
            m_conditions.push_back(makeCondition(match, option, one + unit, negated));
    }

    /// The rest of the rule once for each value.
    void alternatives(const std::string& match, const std::string& option, const Words& all)
    {
        for (const std::string& value : all) {
            RuleReading rest(m_line, m_words, m_family);
            rest.m_copies = m_copies * all.size();
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
            return m_conditions.push_back(unknownCondition());
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
        if (key == "mark")
            return peek() == "set" ? setMark() : mark();
        if (key != "nfproto")
            return skipUnknown();
        bool negated = false;
        const Words families = takeValues(negated);
        const std::string own = m_family == Family::Ipv4 ? "ipv4" : "ipv6";
        if ((std::find(families.begin(), families.end(), own) != families.end()) == negated)
            m_conditions.push_back(neverCondition());
    }

    /// meta mark [& MASK] [== | !=] VALUE
    void mark()
    {
        const std::string mask = operationOf(peek()) == '&' ? peek(1) : "0xffffffff";
        if (operationOf(peek()) == '&')
            m_at += 2;
        bool negated = false;
        const Words values = takeValues(negated);
        if (values.size() != 1)
            return m_conditions.push_back(unknownCondition());
        m_conditions.push_back(makeCondition("mark", "--mark", values.front() + "/" + mask, negated));
    }

    /// meta mark set [meta mark OPERATION] VALUE; whatever else is set is not
    /// known.
    void setMark()
    {
        take();
        const bool ofItself = peek() == "meta" && peek(1) == "mark" && operationOf(peek(2)) != ' ';
        const char operation = ofItself ? operationOf(peek(2)) : ' ';
        m_at += ofItself ? 3 : 0;
        const std::optional<std::string> change = markChangeOf(operation, take());
        const bool simple = change && operationOf(peek()) == ' ';
        SavedRule rule{
            .line = m_line, .conditions = m_conditions, .target = simple ? "MARK" : "HMARK", .isGoto = false, .targetOptions = {}};
        if (simple)
            rule.targetOptions.push_back(makeCondition("", "--set-xmark", *change, false));
        m_rules.push_back(std::move(rule));
        if (!simple && m_at < m_words.size() && !verdictOf(peek(), peek(1)))
            skipUnknown();
    }

    std::string m_line;
    Words m_words;
    Family m_family;
    std::size_t m_at = 0;
    std::size_t m_copies = 1; ///< of the rule, one for each element of the sets before
    std::vector<Condition> m_conditions;
    std::vector<SavedRule> m_rules;
    bool m_done = false;
};

} // namespace

std::vector<SavedRule> readNativeRule(std::string line, std::vector<std::string> words, Family family)
{
    return RuleReading(std::move(line), std::move(words), family).read();
}

} // namespace notrack
