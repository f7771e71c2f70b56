#include "core/linux/nftables/nftables_commands.h"

#include "core/linux/nftables/nftables_listing.h"
#include "core/linux/nftables/rule_codec.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netlink.h>

#include <span>

namespace notrack::nft
{

namespace
{

using netlink::AttributeWriter;

/// NFT_SET_ELEM_CATCHALL, which older headers do not have.
constexpr int catchAllElement = 2;

/// Adds one command's message to a transaction.
class Encoder
{
public:
    Encoder(netlink::Transaction& transaction, const Command& command)
        : m_transaction(transaction), m_family(command.family), m_table(command.table)
    {
    }

    Result<void> operator()(const CreateTable& /*action*/) const { return table(NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_EXCL); }
    Result<void> operator()(const WakeTable& /*action*/) const { return table(NFT_MSG_NEWTABLE, NLM_F_CREATE); }
    Result<void> operator()(const DeleteTable& /*action*/) const { return table(NFT_MSG_DELTABLE, 0); }
    Result<void> operator()(const RemoveChain& action) const { return chain(NFT_MSG_DELCHAIN, 0, action.chain); }

    Result<void> operator()(const FlushChain& action) const
    {
        AttributeWriter writer;
        writer.text(NFTA_RULE_TABLE, m_table);
        writer.text(NFTA_RULE_CHAIN, action.chain);
        return add(NFT_MSG_DELRULE, 0, writer);
    }

    Result<void> operator()(const AddChain& action) const
    {
        if (!action.hook)
            return chain(NFT_MSG_NEWCHAIN, NLM_F_CREATE, action.chain);
        AttributeWriter writer;
        writer.text(NFTA_CHAIN_TABLE, m_table);
        writer.text(NFTA_CHAIN_NAME, action.chain);
        writer.nested(NFTA_CHAIN_HOOK, [&] {
            writer.number(NFTA_HOOK_HOOKNUM, action.hook == Hook::Prerouting ? NF_INET_PRE_ROUTING : NF_INET_LOCAL_OUT);
            writer.number(NFTA_HOOK_PRIORITY, static_cast<std::uint32_t>(static_cast<std::int32_t>(rawPriority)));
        });
        writer.number(NFTA_CHAIN_POLICY, NF_ACCEPT);
        writer.text(NFTA_CHAIN_TYPE, attachmentOf(*action.hook).type);
        return add(NFT_MSG_NEWCHAIN, NLM_F_CREATE, writer);
    }

    Result<void> operator()(const NameChain& action) const
    {
        AttributeWriter writer;
        writer.text(NFTA_CHAIN_TABLE, m_table);
        writer.longNumber(NFTA_CHAIN_HANDLE, action.handle);
        writer.text(NFTA_CHAIN_NAME, action.to);
        return add(NFT_MSG_NEWCHAIN, 0, writer);
    }

    Result<void> operator()(const AddRule& action) const
    {
        AttributeWriter writer;
        writer.text(NFTA_RULE_TABLE, m_table);
        writer.text(NFTA_RULE_CHAIN, action.chain);
        if (action.placement != Placement::Last)
            writer.longNumber(NFTA_RULE_POSITION, action.neighbour);
        if (Result<void> encoded = encodeEntry(m_family, action.entry, writer); !encoded)
            return encoded;
        return add(NFT_MSG_NEWRULE, action.placement == Placement::Before ? NLM_F_CREATE : NLM_F_CREATE | NLM_F_APPEND, writer);
    }

    Result<void> operator()(const RemoveRule& action) const
    {
        AttributeWriter writer;
        writer.text(NFTA_RULE_TABLE, m_table);
        writer.text(NFTA_RULE_CHAIN, action.chain);
        writer.longNumber(NFTA_RULE_HANDLE, action.handle);
        return add(NFT_MSG_DELRULE, 0, writer);
    }

    Result<void> operator()(const RemoveElement& action) const
    {
        AttributeWriter writer;
        writer.text(NFTA_SET_ELEM_LIST_TABLE, m_table);
        writer.text(NFTA_SET_ELEM_LIST_SET, action.element.map);
        writer.nested(NFTA_SET_ELEM_LIST_ELEMENTS, [&] {
            writeElement(writer, action.element.element);
            if (action.element.end)
                writeElement(writer, *action.element.end);
        });
        return add(NFT_MSG_DELSETELEM, 0, writer);
    }

private:
    static void writeElement(AttributeWriter& writer, const nf_tables::SetElement& element)
    {
        const auto key = [&](std::uint16_t type, const nf_tables::Bytes& bytes) {
            if (!bytes.empty())
                writer.nested(type, [&] { writer.bytes(NFTA_DATA_VALUE, std::as_bytes(std::span(bytes))); });
        };
        const int flags = (element.intervalEnd ? NFT_SET_ELEM_INTERVAL_END : 0) | (element.catchAll ? catchAllElement : 0);
        writer.nested(NFTA_LIST_ELEM, [&] {
            if (flags != 0)
                writer.number(NFTA_SET_ELEM_FLAGS, static_cast<std::uint32_t>(flags));
            key(NFTA_SET_ELEM_KEY, element.key);
            key(NFTA_SET_ELEM_KEY_END, element.lastKey);
        });
    }

    Result<void> add(std::uint16_t type, int flags, const AttributeWriter& writer) const
    {
        m_transaction.add(type, static_cast<std::uint16_t>(flags), m_family == Family::Ipv4 ? NFPROTO_IPV4 : NFPROTO_IPV6, writer);
        return {};
    }

    Result<void> table(std::uint16_t type, int flags) const
    {
        AttributeWriter writer;
        writer.text(NFTA_TABLE_NAME, m_table);
        if (type == NFT_MSG_NEWTABLE)
            writer.number(NFTA_TABLE_FLAGS, 0);
        return add(type, flags, writer);
    }

    Result<void> chain(std::uint16_t type, int flags, const std::string& name) const
    {
        AttributeWriter writer;
        writer.text(NFTA_CHAIN_TABLE, m_table);
        writer.text(NFTA_CHAIN_NAME, name);
        return add(type, flags, writer);
    }

    netlink::Transaction& m_transaction;
    Family m_family;
    const std::string& m_table;
};

} // namespace

Result<netlink::Transaction> toTransaction(const std::vector<Command>& commands, std::uint32_t generation)
{
    netlink::Transaction transaction(generation, commands.size());
    for (const Command& command : commands) {
        if (const Result<void> done = std::visit(Encoder(transaction, command), command.action); !done)
            return tl::unexpected(done.error());
    }
    return transaction;
}

} // namespace notrack::nft
