#include "core/net/ip_set.h"

#include "core/base/number_text.h"

#include <algorithm>
#include <array>
#include <utility>

namespace notrack
{

namespace
{

constexpr std::string_view exceptWord = " nomatch";
constexpr std::string_view passingWord = " passing";

bool takeWord(std::string_view& text, std::string_view word)
{
    if (!text.ends_with(word))
        return false;
    text.remove_suffix(word.size());
    return true;
}

std::optional<Port> readSetPort(std::string_view text)
{
    const std::optional<std::uint16_t> number = readNumber<std::uint16_t>(text);
    return number ? std::optional(Port{*number}) : std::nullopt;
}

/// "53", "1-65535", "17:53".
bool readSetPorts(std::string_view text, IpSetElement& element)
{
    if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
        const std::optional<std::uint8_t> protocol = readNumber<std::uint8_t>(text.substr(0, colon));
        if (!protocol)
            return false;
        element.protocol = *protocol;
        text.remove_prefix(colon + 1);
    }
    const std::size_t minus = text.find('-');
    const std::optional<Port> first = readSetPort(text.substr(0, minus));
    const std::optional<Port> last = minus == std::string_view::npos ? first : readSetPort(text.substr(minus + 1));
    if (!first || !last)
        return false;
    element.ports = PortRange{*first, *last};
    return true;
}

bool readSetField(std::string_view text, IpSetElement& element)
{
    if (text.find('/') == std::string_view::npos)
        return !element.ports && readSetPorts(text, element);
    const Result<Prefix> network = readPrefix(text);
    if (!network || element.other)
        return false;
    (element.network ? element.other : element.network) = *network;
    return true;
}

} // namespace

std::string toText(const IpSetElement& element)
{
    std::string text;
    const auto add = [&](const std::string& field) { text.append(text.empty() ? "" : ",").append(field); };
    if (element.network)
        add(toText(*element.network));
    if (element.ports) {
        const std::string first = std::to_string(element.ports->first.value);
        const bool isRange = element.ports->first != element.ports->last;
        add((element.protocol == 0 ? "" : std::to_string(element.protocol) + ":") + first +
            (isRange ? "-" + std::to_string(element.ports->last.value) : ""));
    }
    if (element.other)
        add(toText(*element.other));
    text.append(element.except ? exceptWord : "").append(element.passing ? passingWord : "");
    return text;
}

std::optional<IpSetElement> readIpSetElement(std::string_view text)
{
    IpSetElement element;
    element.passing = takeWord(text, passingWord);
    element.except = takeWord(text, exceptWord);
    while (true) {
        const std::size_t comma = text.find(',');
        if (!readSetField(text.substr(0, comma), element))
            return std::nullopt;
        if (comma == std::string_view::npos)
            return element;
        text.remove_prefix(comma + 1);
    }
}

std::string_view fieldsOfSetType(std::string_view type)
{
    constexpr std::array<std::pair<std::string_view, std::string_view>, 12> known{{{"hash:ip", "n"},
                                                                                   {"hash:net", "n"},
                                                                                   {"hash:ip,port", "np"},
                                                                                   {"hash:net,port", "np"},
                                                                                   {"hash:ip,port,ip", "npn"},
                                                                                   {"hash:ip,port,net", "npn"},
                                                                                   {"hash:net,port,net", "npn"},
                                                                                   {"hash:net,net", "nn"},
                                                                                   {"bitmap:ip", "n"},
                                                                                   {"bitmap:port", "p"},
                                                                                   {"bitmap:ip,mac", "nm"},
                                                                                   {"list:set", "s"}}};
    const auto* const found = std::find_if(known.begin(), known.end(), [&](const auto& one) { return one.first == type; });
    return found == known.end() ? std::string_view() : found->second;
}

} // namespace notrack
