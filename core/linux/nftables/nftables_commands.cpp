#include "core/linux/nftables/nftables_commands.h"

#include "core/linux/nftables/nf_tables.h"
#include "core/linux/nftables/nftables_listing.h"
#include "core/linux/nftables/nftables_rule.h"

#include <nlohmann/json.hpp>

#include <utility>

namespace notrack::nft
{

namespace
{

using Json = nlohmann::json;

class Encoder
{
public:
    explicit Encoder(const Command& command) : m_family(command.family), m_table(command.table) {}

    Result<Json> operator()(const CreateTable& /*action*/) const { return tableCommand("create"); }
    Result<Json> operator()(const WakeTable& /*action*/) const { return tableCommand("add"); }
    Result<Json> operator()(const DeleteTable& /*action*/) const { return tableCommand("delete"); }
    Result<Json> operator()(const RemoveChain& action) const { return chainCommand("delete", action.chain); }
    Result<Json> operator()(const FlushChain& action) const { return chainCommand("flush", action.chain); }

    Result<Json> operator()(const AddChain& action) const
    {
        Json command = chainCommand("add", action.chain);
        if (action.hook) {
            const Attachment attachment = attachmentOf(*action.hook);
            command["add"]["chain"].update(
                {{"type", attachment.type}, {"hook", attachment.hook}, {"prio", attachment.priority}, {"policy", attachment.policy}});
        }
        return command;
    }

    Result<Json> operator()(const NameChain& action) const
    {
        Json command = chainCommand("rename", action.from);
        command["rename"]["chain"]["newname"] = action.to;
        return command;
    }

    Result<Json> operator()(const AddRule& action) const
    {
        Result<Json> rule = encodeRule(m_family, action.entry);
        if (!rule)
            return rule;
        rule->update({{"family", nftablesFamily(m_family)}, {"table", m_table}, {"chain", action.chain}});
        if (action.placement != Placement::Last)
            (*rule)["handle"] = action.neighbour;
        return Json{{action.placement == Placement::Before ? "insert" : "add", {{"rule", std::move(*rule)}}}};
    }

    Result<Json> operator()(const RemoveRule& action) const
    {
        return Json{
            {"delete",
             {{"rule", {{"family", nftablesFamily(m_family)}, {"table", m_table}, {"chain", action.chain}, {"handle", action.handle}}}}}};
    }

private:
    Json tableCommand(const char* verb) const { return {{verb, {{"table", {{"family", nftablesFamily(m_family)}, {"name", m_table}}}}}}; }

    Json chainCommand(const char* verb, const std::string& chain) const
    {
        return {{verb, {{"chain", {{"family", nftablesFamily(m_family)}, {"table", m_table}, {"name", chain}}}}}};
    }

    Family m_family;
    const std::string& m_table;
};

} // namespace

Result<std::string> toJson(const std::vector<Command>& commands)
{
    Json list = Json::array();
    for (const Command& command : commands) {
        Result<Json> encoded = std::visit(Encoder(command), command.action);
        if (!encoded)
            return tl::unexpected(encoded.error());
        list.push_back(std::move(*encoded));
    }
    return Json{{"nftables", std::move(list)}}.dump();
}

} // namespace notrack::nft
