#include "core/linux/nftables/nftables_listing.h"

#include "core/linux/nftables/nf_tables.h"
#include "core/linux/nftables/rule_codec.h"
#include "core/linux/nftables/rules_reader.h"
#include "core/linux/system/netlink.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netlink.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <tuple>
#include <utility>

namespace notrack::nft
{

namespace
{

using namespace netlink;

/// More than anybody puts into a table that is not theirs; beyond it the reading fails rather than show a part.
constexpr std::size_t mostRules = 200'000;
constexpr std::size_t mostTables = 16'384;
constexpr std::size_t mostElements = 100'000;
constexpr std::size_t mostObjects = 1'024;

/// NFT_TABLE_F_OWNER, which older headers do not have: the kernel lets nobody but its process change such a table.
constexpr std::uint32_t ownedByProcess = 2;

/// The questions of one reading, over one socket.
class Reading
{
public:
    Reading(Socket socket, Family family) : m_socket(std::move(socket)), m_family(family) {}

    Result<OwnTables> run(std::string_view mark)
    {
        const std::optional<std::uint32_t> before = generation();
        std::map<std::string, std::uint32_t> flags;
        ask(NFT_MSG_GETTABLE, NLM_F_DUMP, {}, [&](const Answer& answer) {
            if (flags.size() < mostTables)
                flags[textAt(answer.attributes, NFTA_TABLE_NAME)] = numberAt(answer.attributes, NFTA_TABLE_FLAGS).value_or(0);
        });
        std::vector<std::string> marked;
        for (const auto& [name, bits] : flags) {
            if ((bits & ownedByProcess) == 0 && isMarked(name, mark))
                marked.push_back(name);
            else
                m_own.foreignTables.insert(name);
        }
        for (const std::string& name : marked)
            m_own.tables.push_back(list(name, (flags[name] & NFT_TABLE_F_DORMANT) != 0));
        const std::optional<std::uint32_t> after = generation();
        if (m_error)
            return tl::unexpected(*m_error);
        m_own.torn = m_own.torn || before != after;
        m_own.generation = after.value_or(0);
        return std::move(m_own);
    }

private:
    using Attributes = std::vector<std::pair<std::uint16_t, std::string_view>>;

    std::uint8_t protocolFamily() const { return m_family == Family::Ipv4 ? NFPROTO_IPV4 : NFPROTO_IPV6; }

    std::optional<std::uint32_t> generation()
    {
        std::optional<std::uint32_t> number;
        ask(NFT_MSG_GETGEN, NLM_F_ACK, {}, [&](const Answer& answer) { number = numberAt(answer.attributes, NFTA_GEN_ID); });
        return number;
    }

    /// False when the kernel answers that it is not there. What else goes wrong is kept, and ends the reading.
    bool ask(std::uint16_t type, std::uint16_t flags, const Attributes& attributes, const Visitor& visit)
    {
        if (m_error || m_own.torn)
            return false;
        const Result<Outcome> outcome = m_socket.ask({type, flags, protocolFamily(), attributes}, visit);
        if (!outcome)
            m_error = outcome.error();
        else if (outcome->interrupted || outcome->error == EINTR || outcome->error == EAGAIN)
            m_own.torn = true;
        else if (outcome->error != 0 && outcome->error != ENOENT)
            m_error = failure(outcome->error).value();
        return outcome && outcome->error == 0;
    }

    bool isMarked(const std::string& table, std::string_view mark)
    {
        return ask(NFT_MSG_GETCHAIN, NLM_F_ACK, {{NFTA_CHAIN_TABLE, table}, {NFTA_CHAIN_NAME, mark}}, [](const Answer&) {});
    }

    void listObjects(ListedTable& table)
    {
        const auto keep = [&](std::string text) {
            if (table.objects.size() < mostObjects)
                table.objects.push_back(std::move(text));
        };
        ask(NFT_MSG_GETOBJ, NLM_F_DUMP, {{NFTA_OBJ_TABLE, table.name}}, [&](const Answer& answer) {
            if (textAt(answer.attributes, NFTA_OBJ_TABLE) == table.name)
                keep(objectKind(numberAt(answer.attributes, NFTA_OBJ_TYPE).value_or(0)) + textAt(answer.attributes, NFTA_OBJ_NAME));
        });
        ask(NFT_MSG_GETFLOWTABLE, NLM_F_DUMP, {{NFTA_FLOWTABLE_TABLE, table.name}}, [&](const Answer& answer) {
            if (textAt(answer.attributes, NFTA_FLOWTABLE_TABLE) == table.name)
                keep("flowtable " + textAt(answer.attributes, NFTA_FLOWTABLE_NAME));
        });
    }

    static std::string objectKind(std::uint32_t type)
    {
        switch (type) {
        case NFT_OBJECT_COUNTER:
            return "counter ";
        case NFT_OBJECT_QUOTA:
            return "quota ";
        case NFT_OBJECT_LIMIT:
            return "limit ";
        default:
            return "object ";
        }
    }

    ListedTable list(const std::string& name, bool dormant)
    {
        ListedTable table{name, dormant, {}, {}, {}};
        nf_tables::Table known{std::string(nftablesFamily(m_family)), name, 0, {}, {}};
        listSets(known, table);
        listObjects(table);
        ask(NFT_MSG_GETCHAIN, NLM_F_DUMP, {{NFTA_CHAIN_TABLE, name}}, [&](const Answer& answer) {
            if (textAt(answer.attributes, NFTA_CHAIN_TABLE) == name)
                table.chains.push_back(toChain(nf_tables::decodeChain(answer.attributes)));
        });
        ask(NFT_MSG_GETRULE, NLM_F_DUMP, {{NFTA_RULE_TABLE, name}}, [&](const Answer& answer) { takeRule(answer, known, table); });
        return table;
    }

    static ListedChain toChain(const nf_tables::Chain& chain)
    {
        constexpr std::array hooks{"prerouting", "input", "forward", "output", "postrouting", "ingress"};
        ListedChain listed{chain.name, chain.handle, std::nullopt, {}};
        if (chain.base)
            listed.attachment = Attachment{chain.base->type, chain.base->hook < hooks.size() ? hooks.at(chain.base->hook) : "",
                                           chain.base->priority, chain.base->policyAccepts ? "accept" : "drop"};
        return listed;
    }

    void takeRule(const Answer& answer, const nf_tables::Table& known, ListedTable& table)
    {
        if (textAt(answer.attributes, NFTA_RULE_TABLE) != table.name)
            return;
        const std::string name = textAt(answer.attributes, NFTA_RULE_CHAIN);
        const auto chain =
            std::find_if(table.chains.begin(), table.chains.end(), [&](const ListedChain& each) { return each.name == name; });
        if (chain == table.chains.end()) {
            m_own.torn = true;
            return;
        }
        if (++m_rules > mostRules) {
            m_error = makeError(ErrorKind::Failed, "the table " + table.name + " holds more rules than are read", "nf_tables").value();
            return;
        }
        const nf_tables::Rule rule = nf_tables::decodeRule(answer.attributes);
        chain->rules.push_back({rule.handle, decodeEntry(m_family, rule, known, answer.attributes)});
    }

    void listSets(nf_tables::Table& known, ListedTable& table)
    {
        ask(NFT_MSG_GETSET, NLM_F_DUMP, {{NFTA_SET_TABLE, known.name}}, [&](const Answer& answer) {
            if (textAt(answer.attributes, NFTA_SET_TABLE) == known.name && known.sets.size() < mostTables)
                known.sets.push_back(nf_tables::decodeSet(answer.attributes));
        });
        for (nf_tables::Set& set : known.sets) {
            const auto visit = [&](const Answer& answer) {
                forEachAttribute(findAttribute(answer.attributes, NFTA_SET_ELEM_LIST_ELEMENTS).value_or(std::span<const std::byte>{}),
                                 [&](std::uint16_t, std::span<const std::byte> element) {
                                     set.complete = set.complete && set.elements.size() < mostElements;
                                     if (set.complete)
                                         set.elements.push_back(nf_tables::decodeElement(element));
                                 });
            };
            ask(NFT_MSG_GETSETELEM, NLM_F_DUMP, {{NFTA_SET_ELEM_LIST_TABLE, known.name}, {NFTA_SET_ELEM_LIST_SET, set.name}}, visit);
            if ((set.flags & nf_tables::setAnonymous) == 0)
                takeNamedSet(set, table);
        }
    }

    static void takeNamedSet(const nf_tables::Set& set, ListedTable& table)
    {
        table.objects.push_back(((set.flags & nf_tables::setMap) != 0 ? "map " : "set ") + set.name);
        for (const nf_tables::SetElement& element : set.elements) {
            const auto* verdict = std::get_if<nf_tables::Verdict>(&element.value);
            if (verdict != nullptr && !verdict->chain.empty())
                table.elements.push_back({set.name, verdict->chain, element, endOf(element, set)});
        }
        std::sort(table.elements.begin(), table.elements.end(), [](const MapElement& left, const MapElement& right) {
            return std::tie(left.map, left.element.key) < std::tie(right.map, right.element.key); // the kernel's order is of its hash
        });
    }

    /// The next end of an interval above an element; nullopt where the kernel has none, or both ends in one element.
    static std::optional<nf_tables::SetElement> endOf(const nf_tables::SetElement& start, const nf_tables::Set& set)
    {
        const nf_tables::SetElement* end = nullptr;
        for (const nf_tables::SetElement& other : set.elements) {
            if (other.intervalEnd && other.key > start.key && (end == nullptr || other.key < end->key))
                end = &other;
        }
        return end == nullptr ? std::nullopt : std::optional(*end);
    }

    Socket m_socket;
    Family m_family;
    OwnTables m_own;
    std::size_t m_rules = 0;
    std::optional<Error> m_error;
};

} // namespace

Attachment attachmentOf(Hook hook)
{
    return {"filter", hook == Hook::Prerouting ? "prerouting" : "output", rawPriority, "accept"};
}

Result<OwnTables> listOwnTables(Family family, std::string_view mark)
{
    Result<Socket> socket = Socket::open();
    if (!socket)
        return tl::unexpected(socket.error());
    return Reading(std::move(*socket), family).run(mark);
}

} // namespace notrack::nft
