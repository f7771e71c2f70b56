#include "core/findings/native_rule.h"

#include "core/findings/native_elements.h"
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

constexpr std::size_t mostElements = 64; ///< of a set for each of which a rule is read; a larger one is one condition
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

    /// Of a packet's connection; without one, none of it holds (nft_ct.c).
    void entry(const std::string& key)
    {
        const bool redirected = key == "status" && (peek() == "dnat" || peek(1) == "dnat");
        bool negated = false;
        takeValues(negated);
        m_conditions.push_back(makeCondition("connmark", redirected ? "--redirected" : "--entry", key, redirected && negated));
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
        } else if (word == "ct") {
            entry(take());
        } else if (word == "masquerade" || word == "redirect" || word == "notrack" || word == "snat") {
            finish(upperCase(word));
        } else if (word == "dnat") {
            destination();
        } else if (word == "fib") {
            addressType();
        } else if (isOtherProtocol(word)) {
            m_conditions.push_back(makeCondition("", "-p", word, false));
            skipUnknown();
        } else if (word == "meta" && (peek() == "mark" || peek() == "nfproto")) {
            meta(take());
        } else if (const std::optional<NativeField> field = fieldOf(word)) {
            values(*field);
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
            return map({{"conntrack", "--ctstate"}});
        bool negated = false;
        Words states = takeValues(negated);
        std::transform(states.begin(), states.end(), states.begin(), upperCase);
        m_conditions.push_back(makeCondition("conntrack", "--ctstate", joined(states, ","), negated));
    }

    /// The field that begins with this word; what it takes for granted becomes a condition.
    std::optional<NativeField> fieldOf(const std::string& word)
    {
        const std::string key = word == "meta" ? take() : word;
        if (key == "iifname" || key == "iif" || key == "oifname" || key == "oif")
            return NativeField{"", key.front() == 'i' ? "-i" : "-o"};
        if (word == "meta" && (key == "l4proto" || key == "mark"))
            return key == "mark" ? NativeField{"mark", "--mark"} : NativeField{"", "-p"};
        if (key == "ip" || key == "ip6") {
            if ((key == "ip") != (m_family == Family::Ipv4))
                m_conditions.push_back(neverCondition());
            const std::string name = take();
            if (name == "saddr" || name == "daddr")
                return NativeField{"", name == "saddr" ? "-s" : "-d"};
            return name == (key == "ip" ? "protocol" : "nexthdr") ? std::optional(NativeField{"", "-p"}) : std::nullopt;
        }
        if (key != "udp" && key != "tcp" && key != "th")
            return std::nullopt;
        if (key != "th")
            m_conditions.push_back(makeCondition("", "-p", key, false));
        const std::string name = take();
        return name == "sport" || name == "dport" ? std::optional(NativeField{"multiport", name == "sport" ? "--sports" : "--dports"})
                                                  : std::nullopt;
    }

    /// Words up to one that ends an element of a set or a map.
    Words takeElement()
    {
        Words words;
        while (m_at < m_words.size() && peek() != "," && peek() != "}" && peek() != ":")
            words.push_back(take());
        return words;
    }

    /// vmap { invalid : drop, established : accept, new : jump chain }, one rule an element. A named map of which nobody knows the elements is not
    /// understood.
    void map(const std::vector<NativeField>& fields)
    {
        take();
        if (peek() != "{")
            return finish("a verdict map");
        take();
        while (m_at < m_words.size() && peek() != "}") {
            const std::vector<NativeElement> elements = readNativeElement(fields, takeElement());
            if (peek() == ":")
                take();
            const std::string word = take();
            const auto verdict = verdictOf(word, peek());
            if (!verdict || elements.empty())
                return finish("a verdict map");
            if (word == "jump" || word == "goto")
                take();
            for (const NativeElement& element : elements) {
                m_rules.push_back(
                    {.line = m_line, .conditions = m_conditions, .target = verdict->first, .isGoto = verdict->second, .targetOptions = {}});
                std::vector<Condition>& conditions = m_rules.back().conditions;
                conditions.insert(conditions.end(), element.begin(), element.end());
            }
            if (peek() == ",")
                take();
        }
        m_done = true;
    }

    /// A field, or several with dots between them, against a value or a set.
    void values(const NativeField& first)
    {
        std::vector<NativeField> fields{first};
        while (peek() == ".") {
            take();
            const std::optional<NativeField> next = fieldOf(take());
            if (!next)
                return skipUnknown();
            fields.push_back(*next);
        }
        if (peek() == "vmap")
            return map(fields);
        const bool negated = peek() == "!=";
        if (negated || peek() == "==")
            take();
        const bool several = peek() == "{";
        if (several)
            take();
        std::vector<NativeElement> elements;
        bool understood = true;
        do {
            Words words = several ? takeElement() : takeOne(fields.size());
            std::vector<NativeElement> more = readNativeElement(fields, words);
            understood = understood && (!more.empty() || (several && words.empty()));
            std::move(more.begin(), more.end(), std::back_inserter(elements));
        } while (several && take() == ",");
        if (!understood)
            m_conditions.push_back(unknownCondition());
        else
            hold(std::move(elements), negated);
    }

    /// One value of so many fields.
    Words takeOne(std::size_t fields)
    {
        Words words;
        for (std::size_t i = 0; i < 2 * fields - 1; ++i)
            words.push_back(take());
        return words;
    }

    /// The packet has to be one of these, or none of them.
    void hold(std::vector<NativeElement> elements, bool negated)
    {
        const bool single = elements.size() == 1 && (!negated || elements.front().size() == 1);
        const bool few = !elements.empty() && elements.size() <= mostElements && m_copies * elements.size() <= mostCopies;
        if (single) {
            elements.front().front().negated = negated;
            std::move(elements.front().begin(), elements.front().end(), std::back_inserter(m_conditions));
        } else if (few && !negated && elements.front().front().match != "multiport") {
            alternatives(elements);
        } else {
            m_conditions.push_back(anyOf(std::move(elements), negated));
        }
    }

    /// The rest of the rule once for each element.
    void alternatives(const std::vector<NativeElement>& elements)
    {
        for (const NativeElement& element : elements) {
            RuleReading rest(m_line, m_words, m_family);
            rest.m_copies = m_copies * elements.size();
            rest.m_at = m_at;
            rest.m_conditions = m_conditions;
            rest.m_conditions.insert(rest.m_conditions.end(), element.begin(), element.end());
            std::vector<SavedRule> rules = rest.read();
            std::move(rules.begin(), rules.end(), std::back_inserter(m_rules));
        }
        m_done = true;
    }

    void meta(const std::string& key)
    {
        if (key == "mark")
            return peek() == "set" ? setMark() : mark();
        bool negated = false;
        const Words families = takeValues(negated);
        const std::string own = m_family == Family::Ipv4 ? "ipv4" : "ipv6";
        if ((std::find(families.begin(), families.end(), own) != families.end()) == negated)
            m_conditions.push_back(neverCondition());
    }

    /// meta mark [& MASK] [== | !=] VALUE
    void mark()
    {
        if (operationOf(peek()) != '&')
            return values({"mark", "--mark"});
        const std::string mask = peek(1);
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
