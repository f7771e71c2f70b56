#include "core/linux/nftables/rules_hash.h"

#include "core/base/fingerprint.h"
#include "core/linux/system/netlink.h"
#include "core/net/nft_rules.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netlink.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <initializer_list>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace notrack::nf_tables
{

namespace
{

using netlink::Answer;
using Attributes = std::span<const std::byte>;

constexpr int mostHashings = 10;
constexpr std::size_t mostHashedSets = 100'000;
/// Expressions whose data are what packets did.
constexpr std::array<std::string_view, 3> countingExpressions{"counter", "quota", "last"};

std::uint64_t hashOf(Attributes bytes, std::uint64_t sum = 0)
{
    return hashOfBytes(bytes, sum);
}

/// The attributes of those types, in the order in which they come.
std::uint64_t hashOf(Attributes attributes, std::initializer_list<std::uint16_t> types, std::uint64_t sum)
{
    netlink::forEachAttribute(attributes, [&](std::uint16_t type, Attributes value) {
        if (std::find(types.begin(), types.end(), type) != types.end())
            sum = hashOf(value, sum + type);
    });
    return sum;
}

std::uint64_t hashOfExpressions(Attributes list, std::uint64_t sum)
{
    netlink::forEachAttribute(list, [&](std::uint16_t, Attributes expression) {
        const Attributes name = netlink::findAttribute(expression, NFTA_EXPR_NAME).value_or(Attributes{});
        const std::string_view text(reinterpret_cast<const char*>(name.data()), name.size());
        const bool counts = std::any_of(countingExpressions.begin(), countingExpressions.end(),
                                        [&](std::string_view one) { return text.substr(0, text.find('\0')) == one; });
        sum = hashOf(name, sum);
        if (!counts)
            sum = hashOf(netlink::findAttribute(expression, NFTA_EXPR_DATA).value_or(Attributes{}), sum);
    });
    return sum;
}

/// One try at hashing everything.
class Hashing
{
public:
    explicit Hashing(netlink::Socket& socket) : m_socket(socket) {}

    Result<RulesHash> run()
    {
        const std::uint32_t before = generation();
        dump(NFT_MSG_GETTABLE, [&](const Answer& one) { add(hashOf(one.attributes, {NFTA_TABLE_NAME, NFTA_TABLE_FLAGS}, one.family)); });
        dump(NFT_MSG_GETCHAIN, [&](const Answer& one) {
            add(hashOf(one.attributes,
                       {NFTA_CHAIN_TABLE, NFTA_CHAIN_NAME, NFTA_CHAIN_HOOK, NFTA_CHAIN_POLICY, NFTA_CHAIN_TYPE, NFTA_CHAIN_FLAGS},
                       one.family + 0x100U));
        });
        dump(NFT_MSG_GETRULE, [&](const Answer& one) { addRule(one); });
        for (const auto& [chain, rules] : m_chains)
            add(rules);
        dump(NFT_MSG_GETSET, [&](const Answer& one) { addSet(one); });
        for (const Set& set : m_sets)
            addElements(set);
        m_torn = m_torn || generation() != before;
        if (m_error)
            return tl::unexpected(*m_error);
        return RulesHash{m_sum, before};
    }

    bool torn() const { return m_torn; }

private:
    struct Set
    {
        std::uint8_t family;
        std::string table;
        std::string name;
    };

    /// Whatever the order.
    void add(std::uint64_t hash) { m_sum += hash; }

    std::uint32_t generation()
    {
        std::uint32_t number = 0;
        ask({NFT_MSG_GETGEN, NLM_F_ACK, NFPROTO_UNSPEC, {}},
            [&](const Answer& answer) { number = netlink::numberAt(answer.attributes, NFTA_GEN_ID).value_or(0); });
        return number;
    }

    void dump(std::uint16_t type, const netlink::Visitor& visit) { ask({type, NLM_F_DUMP, NFPROTO_UNSPEC, {}}, visit); }

    /// What is gone when its part is asked for (ENOENT) went after it was named: the reading is torn, not failed.
    void ask(const netlink::NetfilterRequest& request, const netlink::Visitor& visit)
    {
        if (m_error || m_torn)
            return;
        const Result<netlink::Outcome> outcome = m_socket.ask(request, visit);
        if (!outcome)
            m_error = outcome.error();
        else if (outcome->interrupted || outcome->error == ENOENT || outcome->error == EINTR || outcome->error == EAGAIN)
            m_torn = true;
        else if (outcome->error != 0)
            m_error = netlink::failure(outcome->error).value();
    }

    /// Rules count in the order of their chain.
    void addRule(const Answer& rule)
    {
        std::uint64_t& chain =
            m_chains.try_emplace(hashOf(rule.attributes, {NFTA_RULE_TABLE, NFTA_RULE_CHAIN}, rule.family + 0x200U)).first->second;
        if (chain == 0)
            chain = hashOf(rule.attributes, {NFTA_RULE_TABLE, NFTA_RULE_CHAIN}, rule.family + 0x200U);
        chain = hashOf(rule.attributes, {NFTA_RULE_COMPAT, NFTA_RULE_USERDATA}, chain);
        chain = hashOfExpressions(netlink::findAttribute(rule.attributes, NFTA_RULE_EXPRESSIONS).value_or(Attributes{}), chain);
    }

    void addSet(const Answer& set)
    {
        add(hashOf(
            set.attributes,
            {NFTA_SET_TABLE, NFTA_SET_NAME, NFTA_SET_FLAGS, NFTA_SET_KEY_TYPE, NFTA_SET_KEY_LEN, NFTA_SET_DATA_TYPE, NFTA_SET_DATA_LEN},
            set.family + 0x300U));
        const std::uint32_t flags = netlink::numberAt(set.attributes, NFTA_SET_FLAGS).value_or(0);
        if ((flags & (setDynamic | setTimeout)) != 0)
            return;
        if (m_sets.size() >= mostHashedSets)
            m_error = Error{ErrorKind::Failed, "there are more sets than are looked at", "nf_tables", ""};
        else
            m_sets.push_back({set.family, netlink::textAt(set.attributes, NFTA_SET_TABLE), netlink::textAt(set.attributes, NFTA_SET_NAME)});
    }

    void addElements(const Set& set)
    {
        const std::uint64_t ofSet = hashOf(std::as_bytes(std::span(set.name)), hashOf(std::as_bytes(std::span(set.table)), set.family));
        ask({NFT_MSG_GETSETELEM, NLM_F_DUMP, set.family, {{NFTA_SET_ELEM_LIST_TABLE, set.table}, {NFTA_SET_ELEM_LIST_SET, set.name}}},
            [&](const Answer& answer) {
                netlink::forEachAttribute(netlink::findAttribute(answer.attributes, NFTA_SET_ELEM_LIST_ELEMENTS).value_or(Attributes{}),
                                          [&](std::uint16_t, Attributes element) {
                                              add(hashOf(element,
                                                         {NFTA_SET_ELEM_KEY, NFTA_SET_ELEM_KEY_END, NFTA_SET_ELEM_DATA, NFTA_SET_ELEM_FLAGS,
                                                          NFTA_SET_ELEM_OBJREF},
                                                         ofSet));
                                          });
            });
    }

    netlink::Socket& m_socket;
    std::uint64_t m_sum = 0;
    std::unordered_map<std::uint64_t, std::uint64_t> m_chains; ///< rules of each, by a hash of its name
    std::vector<Set> m_sets;
    bool m_torn = false;
    std::optional<Error> m_error;
};

} // namespace

Result<RulesHash> hashRules()
{
    Result<netlink::Socket> socket = netlink::Socket::open();
    if (!socket)
        return tl::unexpected(socket.error());
    for (int attempt = 0; attempt < mostHashings; ++attempt) {
        Hashing hashing(*socket);
        Result<RulesHash> hash = hashing.run();
        if (!hash || !hashing.torn())
            return hash;
    }
    return makeError(ErrorKind::Busy, "nftables kept changing while it was listed", "nf_tables");
}

} // namespace notrack::nf_tables
