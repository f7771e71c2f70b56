#include "core/linux/nftables/nf_tables.h"

#include "core/linux/system/netlink.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include <cerrno>
#include <cstddef>
#include <functional>
#include <optional>
#include <utility>

namespace notrack
{

namespace
{

using namespace netlink;

constexpr int mostDumpAttempts = 5;
/// More tables than anybody has; what comes beyond them is not kept.
constexpr std::size_t mostAnswers = 16'384;

std::uint8_t protocolFamily(Family family)
{
    return family == Family::Ipv4 ? NFPROTO_IPV4 : NFPROTO_IPV6;
}

std::optional<NftablesTable> toTable(const Answer& answer)
{
    std::string name = textAt(answer.attributes, NFTA_TABLE_NAME);
    if (name.empty())
        return std::nullopt;
    const bool dormant = (numberAt(answer.attributes, NFTA_TABLE_FLAGS).value_or(0) & NFT_TABLE_F_DORMANT) != 0;
    return NftablesTable{std::string(familyName(answer.family)), std::move(name), dormant};
}

/// What the answers to one question came to.
Result<Outcome> ask(const NetfilterRequest& request, const Visitor& visit)
{
    Result<Socket> socket = Socket::open();
    if (!socket)
        return tl::unexpected(socket.error());
    return socket->ask(request, visit);
}

/// Whether a chain is a base chain of type filter or nat where packets to, through or from this node pass.
bool isFilter(const Answer& chain)
{
    const auto hook = findAttribute(chain.attributes, NFTA_CHAIN_HOOK);
    const std::string type = textAt(chain.attributes, NFTA_CHAIN_TYPE);
    if (!hook || (type != "filter" && type != "nat"))
        return false;
    return numberAt(*hook, NFTA_HOOK_HOOKNUM).value_or(NF_INET_NUMHOOKS) < NF_INET_NUMHOOKS; // not at a device
}

/// A whole dump of tables or chains, of all families and of one moment; `begin` is called before each reading.
Result<void> askForAll(std::uint16_t type, const std::function<void()>& begin, const Visitor& visit)
{
    for (int attempt = 0; attempt < mostDumpAttempts; ++attempt) {
        begin();
        const Result<Outcome> outcome = ask({type, NLM_F_DUMP, NFPROTO_UNSPEC, {}}, visit);
        if (!outcome)
            return tl::unexpected(outcome.error());
        if (outcome->error != 0)
            return failure(outcome->error);
        if (!outcome->interrupted)
            return {};
    }
    return makeError(ErrorKind::Busy, "nftables kept changing while it was listed", "nf_tables");
}

} // namespace

std::string_view nftablesFamily(Family family)
{
    return family == Family::Ipv4 ? "ip" : "ip6";
}

std::vector<NftablesTable> tablesIn(std::span<const std::byte> datagram)
{
    std::vector<NftablesTable> tables;
    Outcome outcome;
    take(datagram, outcome, [&](const Answer& answer) {
        if (std::optional<NftablesTable> table = toTable(answer); table && tables.size() < mostAnswers)
            tables.push_back(std::move(*table));
    });
    return tables;
}

Result<std::vector<NftablesTable>> readNftablesTables()
{
    std::vector<NftablesTable> tables;
    const Result<void> read = askForAll(
        NFT_MSG_GETTABLE, [&] { tables.clear(); },
        [&](const Answer& answer) {
            if (std::optional<NftablesTable> table = toTable(answer); table && tables.size() < mostAnswers)
                tables.push_back(std::move(*table));
        });
    if (!read)
        return tl::unexpected(read.error());
    return tables;
}

Result<std::set<std::string>> readFilteringNftablesTables()
{
    std::set<std::string> tables;
    const Result<void> read = askForAll(
        NFT_MSG_GETCHAIN, [&] { tables.clear(); },
        [&](const Answer& chain) {
            if (isFilter(chain) && tables.size() < mostAnswers)
                tables.insert(std::string(familyName(chain.family)) + " " + textAt(chain.attributes, NFTA_CHAIN_TABLE));
        });
    if (!read)
        return tl::unexpected(read.error());
    return tables;
}

Result<bool> hasNftablesChain(Family family, std::string_view table, std::string_view chain)
{
    const Result<Outcome> outcome = ask(
        {NFT_MSG_GETCHAIN, NLM_F_ACK, protocolFamily(family), {{NFTA_CHAIN_TABLE, table}, {NFTA_CHAIN_NAME, chain}}}, [](const Answer&) {});
    if (!outcome)
        return tl::unexpected(outcome.error());
    if (outcome->error == ENOENT)
        return false;
    if (outcome->error != 0)
        return failure(outcome->error);
    return true;
}

Result<std::uint32_t> readNftablesGeneration()
{
    std::optional<std::uint32_t> number;
    const Result<Outcome> outcome = ask({NFT_MSG_GETGEN, NLM_F_ACK, NFPROTO_UNSPEC, {}},
                                        [&](const Answer& answer) { number = numberAt(answer.attributes, NFTA_GEN_ID); });
    if (!outcome)
        return tl::unexpected(outcome.error());
    if (outcome->error != 0 || !number)
        return failure(outcome->error != 0 ? outcome->error : EPROTO);
    return *number;
}

} // namespace notrack
