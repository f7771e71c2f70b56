#include "core/linux/nftables/nftables_listing.h"

#include "core/linux/nftables/nf_tables.h"
#include "core/linux/nftables/nftables_rule.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace notrack::nft
{

namespace
{

using Json = nlohmann::json;

/// Real listings are about ten deep; more would only cost stack.
constexpr int deepest = 64;

bool isTooDeep(std::string_view json)
{
    int depth = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (quoted && c == '\\')
            ++i;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '[' || c == '{') && ++depth > deepest)
            return true;
        else if (!quoted && (c == ']' || c == '}'))
            --depth;
    }
    return false;
}

std::string stringAt(const Json& object, const char* key)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<Attachment> attachmentOf(const Json& chain)
{
    if (!chain.contains("hook"))
        return std::nullopt;
    const auto priority = chain.find("prio");
    const bool numeric = priority != chain.end() && priority->is_number_integer();
    const std::string policy = stringAt(chain, "policy");
    return Attachment{stringAt(chain, "type"), stringAt(chain, "hook"), numeric ? priority->get<std::int64_t>() : 0,
                      policy.empty() ? "accept" : policy};
}

ListedChain& chainOf(ListedTable& table, const std::string& name)
{
    const auto found = std::find_if(table.chains.begin(), table.chains.end(), [&](const ListedChain& chain) { return chain.name == name; });
    return found != table.chains.end() ? *found : table.chains.emplace_back(ListedChain{name, std::nullopt, {}});
}

/// One object of the listing, such as {"chain": {...}}, if it belongs to the table.
void takeObject(Family family, const std::string& kind, const Json& object, ListedTable& table)
{
    if (!object.is_object() || stringAt(object, "family") != nftablesFamily(family))
        return;
    if (stringAt(object, "table") != table.name)
        return;
    if (kind == "chain") {
        chainOf(table, stringAt(object, "name")).attachment = attachmentOf(object);
    } else if (kind == "rule") {
        const auto handle = object.find("handle");
        const std::uint64_t number = handle != object.end() && handle->is_number_unsigned() ? handle->get<std::uint64_t>() : 0;
        chainOf(table, stringAt(object, "chain")).rules.push_back({number, decodeRule(family, object)});
    } else {
        table.otherObjects = true;
    }
}

} // namespace

Attachment attachmentOf(Hook hook)
{
    return {"filter", hook == Hook::Prerouting ? "prerouting" : "output", rawPriority, "accept"};
}

std::string listCommand(Family family, std::string_view table)
{
    const Json table_{{"table", {{"family", nftablesFamily(family)}, {"name", table}}}};
    return Json{{"nftables", Json::array({Json{{"list", table_}}})}}.dump();
}

Result<ListedTable> readListing(Family family, std::string_view table, std::string_view json)
{
    const Json document = isTooDeep(json) ? Json(Json::value_t::discarded) : Json::parse(json, nullptr, false);
    const auto objects = document.is_object() ? document.find("nftables") : document.end();
    if (!document.is_object() || objects == document.end() || !objects->is_array())
        return makeError(ErrorKind::Failed,
                         "libnftables gives no whole JSON listing; it may be built without JSON, and 1.0.6 cannot list a dormant table",
                         std::string(table));
    ListedTable listed{std::string(table), false, false, {}};
    for (const Json& object : *objects) {
        if (object.is_object() && object.size() == 1)
            takeObject(family, object.begin().key(), *object.begin(), listed);
    }
    return listed;
}

} // namespace notrack::nft
