#include "core/linux/nftables/rules_reader.h"

#include "core/linux/system/kernel_modules.h"
#include "core/linux/system/netlink.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netlink.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <tuple>
#include <utility>

namespace notrack::nf_tables
{

namespace
{

using namespace netlink;

constexpr int mostAttempts = 10;
constexpr std::size_t mostRules = 200'000;
constexpr std::size_t mostElements = 400'000;
/// Tables, chains and sets, each; more than anybody has.
constexpr std::size_t mostObjects = 100'000;

using TableKey = std::pair<std::uint8_t, std::string>;
using ChainKey = std::tuple<std::uint8_t, std::string, std::string>;

/// One try at reading everything: `failed` is the errno that ended it, `torn` that it did not show one moment.
class Reading
{
public:
    /// Of all tables where none are named.
    Reading(Socket& socket, const std::vector<NftablesTable>* wanted) : m_socket(socket), m_wanted(wanted) {}

    Result<void> run()
    {
        const std::optional<std::uint32_t> before = generation();
        dump(NFT_MSG_GETTABLE, [&](const Answer& answer) { takeTable(answer); });
        dump(NFT_MSG_GETCHAIN, [&](const Answer& answer) { takeChain(answer); });
        dumpOf(NFT_MSG_GETRULE, NFTA_RULE_TABLE, [&](const Answer& answer) { takeRule(answer); });
        dumpOf(NFT_MSG_GETSET, NFTA_SET_TABLE, [&](const Answer& answer) { takeSet(answer); });
        for (const auto& [family, table, set] : m_setKeys) {
            if (m_wanted == nullptr || (m_rules.tables[table].sets[set].flags & (setDynamic | setTimeout)) == 0)
                readElements(family, m_rules.tables[table], m_rules.tables[table].sets[set]);
        }
        const std::optional<std::uint32_t> after = generation();
        if (m_error)
            return tl::unexpected(*m_error);
        m_torn = m_torn || before != after;
        m_rules.generation = after.value_or(0);
        return {};
    }

    bool torn() const { return m_torn; }
    Rules takeRules() { return std::move(m_rules); }

private:
    std::optional<std::uint32_t> generation()
    {
        std::optional<std::uint32_t> number;
        ask({NFT_MSG_GETGEN, NLM_F_ACK, NFPROTO_UNSPEC, {}},
            [&](const Answer& answer) { number = numberAt(answer.attributes, NFTA_GEN_ID); });
        return number;
    }

    void dump(std::uint16_t type, const Visitor& visit) { ask({type, NLM_F_DUMP, NFPROTO_UNSPEC, {}}, visit); }

    /// All of the node, or of each wanted table.
    void dumpOf(std::uint16_t type, std::uint16_t tableAttribute, const Visitor& visit)
    {
        if (m_wanted == nullptr)
            return dump(type, visit);
        for (const auto& [key, at] : m_tables)
            ask({type, NLM_F_DUMP, key.first, {{tableAttribute, key.second}}}, visit);
    }

    bool isWanted(std::string_view family, const std::string& name) const
    {
        return m_wanted == nullptr || std::any_of(m_wanted->begin(), m_wanted->end(),
                                                  [&](const NftablesTable& table) { return table.family == family && table.name == name; });
    }

    /// What is gone when its part is asked for (ENOENT) went after it was named: the reading is torn, not failed.
    void ask(const NetfilterRequest& request, const Visitor& visit)
    {
        if (m_error || m_torn)
            return;
        const Result<Outcome> outcome = m_socket.ask(request, visit);
        if (!outcome)
            m_error = outcome.error();
        else if (outcome->interrupted || outcome->error == ENOENT || outcome->error == EINTR || outcome->error == EAGAIN)
            m_torn = true;
        else if (outcome->error != 0)
            m_error = failure(outcome->error).value();
    }

    bool room(bool there)
    {
        m_rules.complete = m_rules.complete && there;
        return there;
    }

    Table* find(std::uint8_t family, const std::string& name)
    {
        const auto found = m_tables.find({family, name});
        return found == m_tables.end() ? nullptr : &m_rules.tables[found->second];
    }

    void takeTable(const Answer& answer)
    {
        std::string name = textAt(answer.attributes, NFTA_TABLE_NAME);
        if (name.empty() || !isWanted(familyName(answer.family), name) || !room(m_rules.tables.size() < mostObjects))
            return;
        m_tables.try_emplace({answer.family, name}, m_rules.tables.size());
        m_rules.tables.push_back(
            {std::string(familyName(answer.family)), std::move(name), numberAt(answer.attributes, NFTA_TABLE_FLAGS).value_or(0), {}, {}});
    }

    void takeChain(const Answer& answer)
    {
        std::string name = textAt(answer.attributes, NFTA_CHAIN_TABLE);
        Table* table = find(answer.family, name);
        if (table == nullptr || !room(m_chains.size() < mostObjects))
            return;
        Chain chain = decodeChain(answer.attributes);
        m_chains.try_emplace({answer.family, std::move(name), chain.name}, table->chains.size());
        table->chains.push_back(std::move(chain));
    }

    void takeRule(const Answer& answer)
    {
        const std::string name = textAt(answer.attributes, NFTA_RULE_TABLE);
        Table* table = find(answer.family, name);
        const auto chain = m_chains.find({answer.family, name, textAt(answer.attributes, NFTA_RULE_CHAIN)});
        if (table == nullptr || chain == m_chains.end() || !room(m_ruleCount < mostRules))
            return;
        ++m_ruleCount;
        table->chains[chain->second].rules.push_back(decodeRule(answer.attributes));
    }

    void takeSet(const Answer& answer)
    {
        const auto table = m_tables.find({answer.family, textAt(answer.attributes, NFTA_SET_TABLE)});
        if (table == m_tables.end() || !room(m_setKeys.size() < mostObjects))
            return;
        std::vector<Set>& sets = m_rules.tables[table->second].sets;
        m_setKeys.emplace_back(answer.family, table->second, sets.size());
        sets.push_back(decodeSet(answer.attributes));
    }

    void readElements(std::uint8_t family, const Table& table, Set& set)
    {
        const NetfilterRequest request{
            NFT_MSG_GETSETELEM, NLM_F_DUMP, family, {{NFTA_SET_ELEM_LIST_TABLE, table.name}, {NFTA_SET_ELEM_LIST_SET, set.name}}};
        ask(request, [&](const Answer& answer) {
            const auto list = findAttribute(answer.attributes, NFTA_SET_ELEM_LIST_ELEMENTS);
            forEachAttribute(list.value_or(std::span<const std::byte>{}), [&](std::uint16_t, std::span<const std::byte> element) {
                set.complete = set.complete && room(m_elementCount < mostElements);
                if (!set.complete)
                    return;
                ++m_elementCount;
                set.elements.push_back(decodeElement(element));
            });
        });
    }

    Socket& m_socket;
    const std::vector<NftablesTable>* m_wanted;
    Rules m_rules;
    std::map<TableKey, std::size_t> m_tables;
    std::map<ChainKey, std::size_t> m_chains;
    std::vector<std::tuple<std::uint8_t, std::size_t, std::size_t>> m_setKeys;
    std::size_t m_ruleCount = 0;
    std::size_t m_elementCount = 0;
    bool m_torn = false;
    std::optional<Error> m_error;
};

Result<Rules> read(const std::vector<NftablesTable>* wanted)
{
    if (!isKernelPartActive("nf_tables"))
        return Rules{};
    Result<Socket> socket = Socket::open();
    if (!socket)
        return tl::unexpected(socket.error());
    for (int attempt = 0; attempt < mostAttempts; ++attempt) {
        Reading reading(*socket, wanted);
        if (const Result<void> done = reading.run(); !done)
            return tl::unexpected(done.error());
        if (!reading.torn())
            return reading.takeRules();
    }
    return makeError(ErrorKind::Busy, "nftables kept changing while it was listed", "nf_tables");
}

} // namespace

Result<Rules> readRules()
{
    return read(nullptr);
}

Result<Rules> readRulesOf(const std::vector<NftablesTable>& tables)
{
    return read(&tables);
}

} // namespace notrack::nf_tables
