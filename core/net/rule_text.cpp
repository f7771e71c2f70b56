#include "core/net/rule_text.h"

#include "core/base/number_text.h"

#include <algorithm>

namespace notrack
{

namespace
{

/// Takes words off the front of a rule's text.
class RuleWords
{
public:
    explicit RuleWords(std::string_view text) : m_rest(text) {}

    /// The next word; empty at the end.
    std::string_view take()
    {
        const std::string_view word = m_rest.substr(0, m_rest.find(' '));
        m_rest.remove_prefix(std::min(m_rest.size(), word.size() + 1));
        return word;
    }

private:
    std::string_view m_rest;
};

std::optional<Prefix> prefixFrom(std::string_view word)
{
    const Result<Prefix> prefix = readPrefix(word);
    return prefix ? std::optional(*prefix) : std::nullopt;
}

std::optional<Port> portFrom(std::string_view word)
{
    const auto value = readNumber<std::uint16_t>(word);
    return value ? std::optional(Port{*value}) : std::nullopt;
}

std::optional<PortRange> portsFrom(std::string_view word)
{
    const std::size_t colon = word.find(':');
    const std::optional<Port> first = portFrom(word.substr(0, colon));
    const std::optional<Port> last = colon == std::string_view::npos ? first : portFrom(word.substr(colon + 1));
    return first && last && *first <= *last ? std::optional(PortRange{*first, *last}) : std::nullopt;
}

} // namespace

Result<NotrackRule> readRule(std::string_view text)
{
    NotrackRule rule;
    RuleWords words(text);
    for (std::string_view word = words.take(); !word.empty(); word = words.take()) {
        const std::string_view value = words.take();
        if (word == "-s")
            rule.source = prefixFrom(value);
        else if (word == "-d")
            rule.destination = prefixFrom(value);
        else if (word == "-p")
            rule.protocol = value == "tcp" ? Protocol::Tcp : Protocol::Udp;
        else if (word == "--sport")
            rule.sourcePort = portsFrom(value);
        else if (word == "--dport")
            rule.destinationPort = portsFrom(value);
        else if (word == "!")
            rule.notLocal = value == "--src-type" ? NotLocal::Source : NotLocal::Destination;
        else if (word == "-j")
            rule.target = value == "RETURN" ? RuleTarget::Return : RuleTarget::Notrack;
    }
    if (toText(rule) != text) // whatever was not understood is missing now
        return makeError(ErrorKind::Failed, "this is no rule of dns-notrack", std::string(text));
    return rule;
}

} // namespace notrack
