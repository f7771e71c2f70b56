#include "core/linux/nftables/nftables_rule_text.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace notrack::nft
{

namespace
{

using Json = nlohmann::json;

/// Keys that nft writes without "meta" before them, and whose values it quotes.
constexpr std::array<std::string_view, 4> interfaceKeys{"iif", "oif", "iifname", "oifname"};

std::string dump(const Json& json)
{
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// The one member of an object such as {"payload": ...}, or nothing.
bool isTagged(const Json& json, const char* tag)
{
    return json.is_object() && json.size() == 1 && json.contains(tag);
}

bool hasStrings(const Json& json, std::initializer_list<const char*> keys)
{
    return json.is_object() && json.size() == keys.size() &&
           std::all_of(keys.begin(), keys.end(), [&](const char* key) { return json.contains(key) && json[key].is_string(); });
}

bool isInterfaceKey(const Json& left)
{
    return isTagged(left, "meta") && hasStrings(left["meta"], {"key"}) &&
           std::find(interfaceKeys.begin(), interfaceKeys.end(), left["meta"]["key"].get<std::string>()) != interfaceKeys.end();
}

std::string leftText(const Json& left)
{
    if (isInterfaceKey(left))
        return left["meta"]["key"].get<std::string>();
    for (const char* tag : {"meta", "ct"}) {
        if (isTagged(left, tag) && hasStrings(left[tag], {"key"}))
            return std::string(tag) + " " + left[tag]["key"].get<std::string>();
    }
    if (isTagged(left, "payload") && hasStrings(left["payload"], {"protocol", "field"}))
        return left["payload"]["protocol"].get<std::string>() + " " + left["payload"]["field"].get<std::string>();
    return dump(left);
}

std::string rightText(const Json& right)
{
    if (right.is_string())
        return right.get<std::string>();
    if (isTagged(right, "prefix") && right["prefix"].is_object() && right["prefix"].value("addr", Json()).is_string() &&
        right["prefix"].value("len", Json()).is_number())
        return right["prefix"]["addr"].get<std::string>() + "/" + dump(right["prefix"]["len"]);
    if (isTagged(right, "range") && right["range"].is_array() && right["range"].size() == 2)
        return rightText(right["range"][0]) + "-" + rightText(right["range"][1]);
    if (isTagged(right, "set") && right["set"].is_array()) {
        std::string text;
        for (const Json& element : right["set"])
            text += (text.empty() ? "{ " : ", ") + rightText(element);
        return text + " }";
    }
    return dump(right);
}

std::string matchText(const Json& match)
{
    if (!match.is_object() || !match.contains("left") || !match.contains("right") || !match.value("op", Json()).is_string())
        return dump(match);
    const auto compares = match["op"].get<std::string>();
    const bool implied = compares == "==" || compares == "in";
    const std::string right = isInterfaceKey(match["left"]) ? dump(match["right"]) : rightText(match["right"]);
    return leftText(match["left"]) + " " + (implied ? "" : compares + " ") + right;
}

std::string expressionText(const Json& expression)
{
    if (isTagged(expression, "match"))
        return matchText(expression["match"]);
    if (isTagged(expression, "counter") && (expression["counter"].is_object() || expression["counter"].is_null()))
        return "counter";
    for (const char* verdict : {"jump", "goto"}) {
        if (isTagged(expression, verdict) && hasStrings(expression[verdict], {"target"}))
            return std::string(verdict) + " " + expression[verdict]["target"].get<std::string>();
    }
    if (expression.is_object() && expression.size() == 1 && expression.begin()->is_null())
        return expression.begin().key();
    return dump(expression);
}

} // namespace

std::string toNftSyntax(const Json& expressions)
{
    if (!expressions.is_array())
        return dump(expressions);
    std::string text;
    for (const Json& expression : expressions)
        text += (text.empty() ? "" : " ") + expressionText(expression);
    return text;
}

} // namespace notrack::nft
