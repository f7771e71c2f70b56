#include "core/linux/nftables/nftables_rule.h"

#include "core/linux/nftables/nf_tables.h"
#include "core/linux/nftables/nftables_rule_text.h"

#include <nlohmann/json.hpp>

#include <limits>
#include <span>
#include <utility>

namespace notrack::nft
{

namespace
{

using Json = nlohmann::json;

/// The member of an object, or nullptr.
const Json* find(const Json& json, const char* key)
{
    if (!json.is_object())
        return nullptr;
    const auto found = json.find(key);
    return found == json.end() ? nullptr : &*found;
}

std::string stringOf(const Json* json)
{
    return json != nullptr && json->is_string() ? json->get<std::string>() : std::string();
}

std::uint64_t numberOf(const Json* json)
{
    return json != nullptr && json->is_number_unsigned() ? json->get<std::uint64_t>() : 0;
}

std::optional<Prefix> readNetwork(Family family, const Json& json)
{
    const Json* prefix = find(json, "prefix");
    const Result<Address> address = readAddress(prefix == nullptr ? stringOf(&json) : stringOf(find(*prefix, "addr")));
    if (!address || address->family() != family)
        return std::nullopt;
    if (prefix == nullptr)
        return Prefix(*address);
    const std::uint64_t length = numberOf(find(*prefix, "len"));
    if (length == 0 || length > static_cast<std::uint64_t>(address->bits()))
        return std::nullopt;
    return Prefix(*address, static_cast<int>(length));
}

std::optional<Port> readPort(const Json& json)
{
    const std::uint64_t number = numberOf(&json);
    if (number == 0 || number > std::numeric_limits<std::uint16_t>::max())
        return std::nullopt;
    return Port{static_cast<std::uint16_t>(number)};
}

/// Puts a value where none is yet; false when there is no value, or one already.
template <typename T>
bool take(std::optional<T>& place, std::optional<T> value)
{
    if (place || !value)
        return false;
    place = std::move(value);
    return true;
}

/// `fib saddr type != local` and `fib daddr type != local`: what addrtype's `! --src-type LOCAL` and `! --dst-type LOCAL` ask,
/// since both look the address up in the local table without regard to the interface.
bool takeAddressType(const Json& fib, const Json& right, NotrackRule& rule)
{
    const Json* flags = find(fib, "flags");
    if (rule.notLocal != NotLocal::None || flags == nullptr || stringOf(find(fib, "result")) != "type" || stringOf(&right) != "local")
        return false;
    const Json* flag = flags->is_array() && flags->size() == 1 ? &flags->front() : flags; // later versions list one flag without []
    if (stringOf(flag) == "saddr")
        rule.notLocal = NotLocal::Source;
    else if (stringOf(flag) == "daddr")
        rule.notLocal = NotLocal::Destination;
    return rule.notLocal != NotLocal::None;
}

struct RuleReader
{
    Family family;
    NotrackRule rule;
    std::optional<Protocol> protocol;

    bool takeMatch(const Json& match)
    {
        const Json* left = find(match, "left");
        const Json* right = find(match, "right");
        if (left == nullptr || right == nullptr)
            return false;
        const std::string compares = stringOf(find(match, "op"));
        if (const Json* fib = find(*left, "fib"); fib != nullptr)
            return compares == "!=" && takeAddressType(*fib, *right, rule);
        const Json* payload = find(*left, "payload");
        return payload != nullptr && compares == "==" &&
               takePayload(stringOf(find(*payload, "protocol")), stringOf(find(*payload, "field")), *right);
    }

private:
    bool takePayload(const std::string& header, const std::string& field, const Json& right)
    {
        if (header == nftablesFamily(family)) {
            if (field == "saddr")
                return take(rule.source, readNetwork(family, right));
            return field == "daddr" && take(rule.destination, readNetwork(family, right));
        }
        if (header != "udp" && header != "tcp")
            return false;
        rule.protocol = header == "udp" ? Protocol::Udp : Protocol::Tcp;
        if (std::exchange(protocol, rule.protocol).value_or(rule.protocol) != rule.protocol)
            return false;
        if (field == "sport")
            return take(rule.sourcePort, readPort(right));
        return field == "dport" && take(rule.destinationPort, readPort(right));
    }
};

/// The chain that an expression jumps to, with or without return.
std::string targetOf(const Json& expression)
{
    const Json* verdict = find(expression, "jump");
    if (verdict == nullptr)
        verdict = find(expression, "goto");
    return verdict == nullptr ? std::string() : stringOf(find(*verdict, "target"));
}

std::optional<RuleBody> decodeOwn(Family family, const Json& expressions)
{
    if (!expressions.is_array() || expressions.size() < 2 || find(expressions[expressions.size() - 2], "counter") == nullptr)
        return std::nullopt;
    const Json& last = expressions.back();
    const std::string target = targetOf(last);
    if (expressions.size() == 2 && find(last, "jump") != nullptr && !target.empty())
        return Jump{target};
    if (find(last, "notrack") == nullptr)
        return std::nullopt;
    RuleReader reader{family, {}, std::nullopt};
    for (std::size_t i = 0; i + 2 < expressions.size(); ++i) {
        const Json* match = find(expressions[i], "match");
        if (match == nullptr || !reader.takeMatch(*match))
            return std::nullopt;
    }
    if (!reader.protocol)
        return std::nullopt;
    return reader.rule;
}

ForeignRule decodeForeign(const Json& expressions, const Json* comment)
{
    ForeignRule rule;
    Json kept{{"expr", expressions}};
    rule.text = toNftSyntax(expressions);
    if (comment != nullptr) {
        kept["comment"] = *comment;
        rule.text += (rule.text.empty() ? "" : " ") + std::string("comment ") + comment->dump();
    }
    if (expressions.is_array()) {
        for (const Json& expression : expressions)
            rule.target += rule.target.empty() ? targetOf(expression) : "";
    }
    const std::string text = kept.dump();
    const auto bytes = std::as_bytes(std::span(text));
    rule.bytes.assign(bytes.begin(), bytes.end());
    return rule;
}

Counters decodeCounters(const Json& expressions)
{
    if (expressions.is_array()) {
        for (const Json& expression : expressions) {
            if (const Json* counter = find(expression, "counter"))
                return {numberOf(find(*counter, "packets")), numberOf(find(*counter, "bytes"))};
        }
    }
    return {};
}

Json counterOf(const Counters& counters)
{
    return {{"counter", {{"packets", counters.packets}, {"bytes", counters.bytes}}}};
}

Json payloadMatch(std::string_view header, const char* field, Json right)
{
    return {{"match", {{"op", "=="}, {"left", {{"payload", {{"protocol", header}, {"field", field}}}}}, {"right", std::move(right)}}}};
}

Json networkOf(const Prefix& prefix)
{
    if (prefix.length() == prefix.address().bits())
        return toText(prefix.address());
    return {{"prefix", {{"addr", toText(prefix.address())}, {"len", prefix.length()}}}};
}

/// The address lookup comes last: it costs most, and only DNS packets are to pay for it.
Json encodeNotrackRule(Family family, const NotrackRule& rule, const Counters& counters)
{
    Json expressions = Json::array();
    if (rule.source)
        expressions.push_back(payloadMatch(nftablesFamily(family), "saddr", networkOf(*rule.source)));
    if (rule.destination)
        expressions.push_back(payloadMatch(nftablesFamily(family), "daddr", networkOf(*rule.destination)));
    if (rule.sourcePort)
        expressions.push_back(payloadMatch(toText(rule.protocol), "sport", rule.sourcePort->value));
    if (rule.destinationPort)
        expressions.push_back(payloadMatch(toText(rule.protocol), "dport", rule.destinationPort->value));
    if (rule.notLocal != NotLocal::None) {
        const Json flags = Json::array({rule.notLocal == NotLocal::Source ? "saddr" : "daddr"});
        expressions.push_back({{"match", {{"op", "!="}, {"left", {{"fib", {{"result", "type"}, {"flags", flags}}}}}, {"right", "local"}}}});
    }
    expressions.push_back(counterOf(counters));
    expressions.push_back({{"notrack", nullptr}});
    return {{"expr", std::move(expressions)}};
}

/// The kept JSON with the counters and the target that the entry has by now.
Result<Json> encodeForeign(const ForeignRule& rule, const Counters& counters)
{
    const std::string text(reinterpret_cast<const char*>(rule.bytes.data()), rule.bytes.size());
    Json kept = Json::parse(text, nullptr, false);
    if (find(kept, "expr") == nullptr || !kept["expr"].is_array())
        return makeError(ErrorKind::Failed, "a rule that was read from the kernel cannot be put back", rule.text);
    bool counted = false;
    for (Json& expression : kept["expr"]) {
        if (!counted && find(expression, "counter") != nullptr && expression["counter"].is_object()) {
            expression["counter"].update({{"packets", counters.packets}, {"bytes", counters.bytes}});
            counted = true;
        }
        for (const char* verdict : {"jump", "goto"}) {
            if (find(expression, verdict) != nullptr && !rule.target.empty())
                expression[verdict] = {{"target", rule.target}};
        }
    }
    return kept;
}

} // namespace

Entry decodeRule(Family family, const Json& rule)
{
    static const Json nothing = Json::array();
    const Json* found = find(rule, "expr");
    const Json& expressions = found == nullptr ? nothing : *found;
    const Json* comment = find(rule, "comment");
    const Counters counters = decodeCounters(expressions);
    if (comment == nullptr) {
        if (std::optional<RuleBody> own = decodeOwn(family, expressions))
            return {std::move(*own), counters};
    }
    return {decodeForeign(expressions, comment), counters};
}

Result<Json> encodeRule(Family family, const Entry& entry)
{
    if (const auto* rule = std::get_if<NotrackRule>(&entry.body))
        return encodeNotrackRule(family, *rule, entry.counters);
    if (const auto* jump = std::get_if<Jump>(&entry.body))
        return Json{{"expr", Json::array({counterOf(entry.counters), Json{{"jump", {{"target", jump->chain}}}}})}};
    return encodeForeign(std::get<ForeignRule>(entry.body), entry.counters);
}

} // namespace notrack::nft
