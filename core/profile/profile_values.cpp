#include "core/profile/profile_values.h"

#include "core/base/clean_text.h"
#include "core/base/number_text.h"
#include "core/base/spelling.h"
#include "core/profile/waivable.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

namespace notrack
{

namespace
{

constexpr std::size_t longestLabel = 64;
constexpr std::size_t longestDnsName = 253;
constexpr std::size_t longestDnsLabel = 63;

/// A value as errors call it.
std::string describe(const YamlNode& node)
{
    switch (node.kind) {
    case YamlNode::Kind::Null:
        return "nothing";
    case YamlNode::Kind::List:
        return "a list";
    case YamlNode::Kind::Map:
        return "a map";
    case YamlNode::Kind::Scalar:
        break;
    }
    const std::string_view cut = cutText(node.text, longestQuote);
    return "\"" + cleanText(cut, Newlines::Drop) + (cut.size() < node.text.size() ? "...\"" : "\"");
}

tl::unexpected<Error> refuse(const YamlNode& node, const std::string& sentence)
{
    return tl::unexpected(problemAt(node.spot, sentence));
}

bool isLetterOrDigit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// A plain decimal number without sign, leading zeros or other notations, of which YAML has many.
std::optional<std::uint64_t> wholeNumber(std::string_view text)
{
    const bool leadingZero = text.size() > 1 && text.front() == '0';
    if (leadingZero)
        return std::nullopt;
    return readNumber<std::uint64_t>(text);
}

/// Whether a YAML reader takes the unquoted scalar for something else than text. (Numbers only roughly: what has no letter.)
bool isTextForEverybody(const YamlNode& node)
{
    static constexpr std::array<std::string_view, 10> otherWords{"true", "false", "yes", "no", "on", "off", "y", "n", "null", "~"};
    if (node.kind != YamlNode::Kind::Scalar)
        return false;
    if (node.quoted)
        return true;
    std::string lower = node.text;
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (std::find(otherWords.begin(), otherWords.end(), lower) != otherWords.end())
        return false;
    return std::any_of(lower.begin(), lower.end(), [](char c) { return c < '+' || c > '9'; }) && !lower.starts_with("0x");
}

/// One of a few words, each with its value.
template <typename Word>
Result<Word> readWord(const YamlNode& node, std::string_view what, std::span<const Word> words)
{
    std::vector<std::string_view> known;
    for (const Word word : words) {
        if (node.kind == YamlNode::Kind::Scalar && node.text == toText(word))
            return word;
        known.push_back(toText(word));
    }
    return refuse(node, describe(node) + " is no " + std::string(what) + suggestion(node.text, known));
}

/// Why nobody can have this address as a service's, or nothing.
std::string_view problemOfServiceAddress(const Address& address)
{
    const Address::Bytes& bytes = address.bytes();
    const auto isZero = [](std::uint8_t byte) { return byte == 0; };
    if (address.family() == Family::Ipv4) {
        if (bytes[0] == 0)
            return "it means this host or any address";
        if (bytes[0] == 127)
            return "it is a loopback address";
        if (bytes[0] >= 224 && bytes[0] < 240)
            return "it is a multicast address";
        return std::all_of(bytes.begin(), bytes.begin() + 4, [](std::uint8_t byte) { return byte == 255; }) ? "it is the broadcast address"
                                                                                                            : "";
    }
    if (bytes[0] == 0xff)
        return "it is a multicast address";
    if (std::all_of(bytes.begin(), bytes.end(), isZero))
        return "it means any address";
    if (std::all_of(bytes.begin(), bytes.end() - 1, isZero) && bytes[15] == 1)
        return "it is the loopback address";
    const bool mapped = std::all_of(bytes.begin(), bytes.begin() + 10, isZero) && bytes[10] == 0xff && bytes[11] == 0xff;
    return mapped ? "it stands for an IPv4 address; write that one" : "";
}

bool isDnsLabel(std::string_view label)
{
    return !label.empty() && label.size() <= longestDnsLabel && label.front() != '-' && label.back() != '-' &&
           std::all_of(label.begin(), label.end(), [](char c) { return isLetterOrDigit(c) || c == '-' || c == '_'; });
}

bool isDnsName(std::string_view name)
{
    if (name.size() > 1 && name.back() == '.')
        name.remove_suffix(1);
    if (name.empty() || name.size() > longestDnsName)
        return false;
    while (true) {
        const std::size_t dot = name.find('.');
        if (!isDnsLabel(name.substr(0, dot)))
            return false;
        if (dot == std::string_view::npos)
            return true;
        name.remove_prefix(dot + 1);
    }
}

} // namespace

Result<Address> readServiceAddress(const YamlNode& node)
{
    const Result<Address> address = readAddress(node.text);
    if (node.kind != YamlNode::Kind::Scalar || !address)
        return refuse(node, describe(node) + " is no service: it must be an IPv4 or IPv6 address, as in 10.96.0.10");
    if (const std::string_view problem = problemOfServiceAddress(*address); !problem.empty())
        return refuse(node, describe(node) + " cannot be a service's address: " + std::string(problem));
    return *address;
}

Result<Prefix> readPodCidr(const YamlNode& node)
{
    if (node.kind != YamlNode::Kind::Scalar)
        return refuse(node, describe(node) + " is no pod network: it must be a prefix, as in 10.244.0.0/16");
    const Result<Prefix> prefix = readPrefix(node.text);
    if (!prefix)
        return refuse(node, describe(node) + " is no pod network: " + prefix.error().message);
    return *prefix;
}

Result<Prefix> readPeers(const YamlNode& node)
{
    const Result<Prefix> prefix = readPrefix(node.text);
    if (node.kind != YamlNode::Kind::Scalar || !prefix)
        return refuse(
            node, describe(node) + " is no network of nodes: " +
                      (prefix || node.kind != YamlNode::Kind::Scalar ? "it must be a prefix, as in 192.0.2.0/24" : prefix.error().message));
    if (prefix->length() == 0)
        return refuse(node, describe(node) + " is every address: peers must be the networks of the cluster's nodes");
    return *prefix;
}

Result<Port> readPort(const YamlNode& node)
{
    const std::optional<std::uint64_t> number = wholeNumber(node.text);
    if (node.kind != YamlNode::Kind::Scalar || node.quoted || !number || *number < 1 || *number > 65535)
        return refuse(node, describe(node) + " is no port: it must be a number from 1 to 65535, without quotes");
    return Port{static_cast<std::uint16_t>(*number)};
}

Result<Protocol> readProtocol(const YamlNode& node)
{
    static constexpr std::array words{Protocol::Udp, Protocol::Tcp};
    return readWord<Protocol>(node, "protocol", words);
}

Result<Scope> readScope(const YamlNode& node)
{
    static constexpr std::array words{Scope::Pods, Scope::Any};
    return readWord<Scope>(node, "scope", words);
}

Result<BackendChoice> readBackend(const YamlNode& node)
{
    static constexpr std::array words{BackendChoice::Auto, BackendChoice::Iptables, BackendChoice::Nftables};
    return readWord<BackendChoice>(node, "backend", words);
}

Result<ProbeOrigin> readProbeOrigin(const YamlNode& node)
{
    static constexpr std::array words{ProbeOrigin::Node, ProbeOrigin::Pods};
    return readWord<ProbeOrigin>(node, "place to probe from", words);
}

Result<int> readVersion(const YamlNode& node)
{
    if (node.kind != YamlNode::Kind::Scalar || node.quoted || node.text != "1")
        return refuse(node, describe(node) + " is no version that this program knows; it knows 1, without quotes");
    return 1;
}

Result<std::string> readLabel(const YamlNode& node)
{
    const bool clean = cleanText(node.text, Newlines::Drop) == node.text;
    if (!isTextForEverybody(node) || !clean || node.text.empty() || node.text.size() > longestLabel)
        return refuse(node, describe(node) + " is no name: it must be text of 1 to 64 bytes, in quotes where it looks like something else");
    return node.text;
}

Result<std::string> readChainPrefix(const YamlNode& node)
{
    const std::string& text = node.text;
    const auto allowed = [](char c) { return isLetterOrDigit(c) || c == '_' || c == '-'; };
    const bool startsWithLetter = !text.empty() && isLetterOrDigit(text.front()) && text.front() > '9';
    for (const std::string_view ending : {"_NOT_DNS", "_NOT_TUN", "_TRIAL"}) {
        if (text.ends_with(ending))
            return refuse(node, describe(node) + " is no chainPrefix: what ends in " + std::string(ending) +
                                    " would give a chain the name that another prefix gives to another one of its chains");
    }
    if (!isTextForEverybody(node) || !startsWithLetter || !std::all_of(text.begin(), text.end(), allowed) ||
        text.size() > longestChainPrefix) {
        return refuse(node, describe(node) + " is no chainPrefix: it must be a letter and then letters, digits, '_' or '-', at most " +
                                std::to_string(longestChainPrefix) + " in all, since the kernel's chain names end at 28");
    }
    return text;
}

Result<std::string> readFindingId(const YamlNode& node)
{
    const std::vector<std::string_view> ids(waivableFindings.begin(), waivableFindings.end());
    if (node.kind == YamlNode::Kind::Scalar && std::find(ids.begin(), ids.end(), node.text) != ids.end())
        return node.text;
    return refuse(node, describe(node) + " is no finding" + suggestion(node.text, ids));
}

Result<std::string> readDnsName(const YamlNode& node)
{
    if (!isTextForEverybody(node) || !isDnsName(node.text))
        return refuse(node, describe(node) + " is no DNS name, as kubernetes.default.svc.cluster.local is one");
    return node.text;
}

Result<std::chrono::milliseconds> readTimeout(const YamlNode& node)
{
    const std::string_view text = node.text;
    const bool inMilliseconds = text.ends_with("ms");
    const std::size_t unit = inMilliseconds ? 2 : 1;
    const bool hasUnit = inMilliseconds || text.ends_with('s');
    const std::uint64_t number = hasUnit ? wholeNumber(text.substr(0, text.size() - unit)).value_or(0) : 0; // no time-out is 0
    const std::uint64_t least = inMilliseconds ? 100 : 1;
    const std::uint64_t most = inMilliseconds ? 10'000 : 10;
    if (node.kind != YamlNode::Kind::Scalar || number < least || number > most)
        return refuse(node, describe(node) + " is no timeout: it must be from 100ms to 10s, as in 500ms or 2s");
    return std::chrono::milliseconds(inMilliseconds ? number : number * 1000);
}

Result<std::string> readHostGlob(const YamlNode& node)
{
    const auto allowed = [](char c) { return isLetterOrDigit(c) || c == '-' || c == '_' || c == '.' || c == '*'; };
    const std::string& text = node.text;
    if (!isTextForEverybody(node) || text.empty() || text.size() > longestDnsName || !std::all_of(text.begin(), text.end(), allowed))
        return refuse(node, describe(node) +
                                " is no host name: letters, digits, '-', '_', '.', and '*' for any of them, in quotes if it begins "
                                "with '*' or is a number");
    return text;
}

} // namespace notrack
