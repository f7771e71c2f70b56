#include "core/linux/nftables/nf_tables.h"

#include "core/linux/system/file_descriptor.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <optional>
#include <utility>

namespace notrack
{

namespace
{

using Bytes = std::vector<std::byte>;

/// The kernel fills at most this much of a dump at once (netlink's NLMSG_GOODSIZE is a page).
constexpr std::size_t receiveSize = 64 * 1024;
constexpr int mostDumpAttempts = 5;
/// More tables than anybody has; what comes beyond them is not kept.
constexpr std::size_t mostAnswers = 16'384;

/// Messages and attributes begin at multiples of four (NLMSG_ALIGNTO, NLA_ALIGNTO).
constexpr std::size_t aligned(std::size_t size)
{
    return (size + 3) & ~std::size_t{3};
}

struct Attribute
{
    std::uint16_t type;
    std::string_view text;
};

struct Request
{
    std::uint16_t type;
    std::uint16_t flags;
    std::uint8_t family;
    std::vector<Attribute> attributes;
};

/// One answer: nfgenmsg's family, and the attributes that follow.
struct Answer
{
    std::uint8_t family;
    Bytes attributes;
};

struct Answers
{
    int error = 0;            ///< errno of the kernel's own answer
    bool interrupted = false; ///< the dump did not show one moment
    bool finished = false;
    std::vector<Answer> messages;
};

std::uint8_t protocolFamily(Family family)
{
    return family == Family::Ipv4 ? NFPROTO_IPV4 : NFPROTO_IPV6;
}

std::string_view familyName(std::uint8_t family)
{
    switch (family) {
    case NFPROTO_INET:
        return "inet";
    case NFPROTO_IPV4:
        return "ip";
    case NFPROTO_IPV6:
        return "ip6";
    default:
        return "other";
    }
}

template <typename T>
void append(Bytes& bytes, const T& value)
{
    const auto part = std::as_bytes(std::span(&value, 1));
    bytes.insert(bytes.end(), part.begin(), part.end());
}

Bytes encode(const Request& request)
{
    Bytes bytes;
    append(bytes, nlmsghdr{});
    append(bytes, nfgenmsg{request.family, NFNETLINK_V0, 0});
    for (const Attribute& attribute : request.attributes) {
        const std::size_t length = sizeof(nlattr) + attribute.text.size() + 1;
        append(bytes, nlattr{static_cast<std::uint16_t>(length), attribute.type});
        const auto text = std::as_bytes(std::span(attribute.text));
        bytes.insert(bytes.end(), text.begin(), text.end());
        bytes.resize(bytes.size() + aligned(length) - length + 1);
    }
    nlmsghdr header{};
    header.nlmsg_len = static_cast<std::uint32_t>(bytes.size());
    header.nlmsg_type = static_cast<std::uint16_t>((NFNL_SUBSYS_NFTABLES << 8) | request.type);
    header.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | request.flags);
    std::memcpy(bytes.data(), &header, sizeof header);
    return bytes;
}

/// Takes one datagram's messages over; they come from the kernel, yet no length in them is trusted.
void take(std::span<const std::byte> datagram, Answers& answers)
{
    while (datagram.size() >= sizeof(nlmsghdr)) {
        nlmsghdr header{};
        std::memcpy(&header, datagram.data(), sizeof header);
        if (header.nlmsg_len < sizeof header || header.nlmsg_len > datagram.size())
            break;
        const auto payload = datagram.subspan(sizeof header, header.nlmsg_len - sizeof header);
        answers.interrupted = answers.interrupted || (header.nlmsg_flags & NLM_F_DUMP_INTR) != 0;
        if (header.nlmsg_type == NLMSG_ERROR || header.nlmsg_type == NLMSG_DONE) {
            int error = 0;
            if (payload.size() >= sizeof error)
                std::memcpy(&error, payload.data(), sizeof error);
            answers.error = -error;
            answers.finished = true;
            return;
        }
        if (payload.size() >= sizeof(nfgenmsg) && answers.messages.size() < mostAnswers) {
            const auto attributes = payload.subspan(sizeof(nfgenmsg));
            answers.messages.push_back({std::to_integer<std::uint8_t>(payload.front()), {attributes.begin(), attributes.end()}});
        }
        datagram = datagram.subspan(std::min<std::size_t>(datagram.size(), aligned(header.nlmsg_len)));
    }
}

std::optional<std::span<const std::byte>> findAttribute(std::span<const std::byte> attributes, std::uint16_t type)
{
    while (attributes.size() >= sizeof(nlattr)) {
        nlattr header{};
        std::memcpy(&header, attributes.data(), sizeof header);
        if (header.nla_len < sizeof header || header.nla_len > attributes.size())
            break;
        if ((header.nla_type & NLA_TYPE_MASK) == type)
            return attributes.subspan(sizeof header, header.nla_len - sizeof header);
        attributes = attributes.subspan(std::min<std::size_t>(attributes.size(), aligned(header.nla_len)));
    }
    return std::nullopt;
}

/// A number in network byte order.
std::optional<std::uint32_t> numberAt(std::span<const std::byte> attributes, std::uint16_t type)
{
    const auto attribute = findAttribute(attributes, type);
    std::uint32_t number = 0;
    if (!attribute || attribute->size() != sizeof number)
        return std::nullopt;
    std::memcpy(&number, attribute->data(), sizeof number);
    return ntohl(number);
}

/// A string, which ends with a zero; empty where there is none.
std::string textAt(std::span<const std::byte> attributes, std::uint16_t type)
{
    const auto attribute = findAttribute(attributes, type);
    if (!attribute)
        return {};
    const std::string_view text(reinterpret_cast<const char*>(attribute->data()), attribute->size());
    return std::string(text.substr(0, text.find('\0')));
}

std::vector<NftablesTable> toTables(const Answers& answers)
{
    std::vector<NftablesTable> tables;
    for (const Answer& answer : answers.messages) {
        std::string name = textAt(answer.attributes, NFTA_TABLE_NAME);
        if (name.empty())
            continue;
        const bool dormant = (numberAt(answer.attributes, NFTA_TABLE_FLAGS).value_or(0) & NFT_TABLE_F_DORMANT) != 0;
        tables.push_back({std::string(familyName(answer.family)), std::move(name), dormant});
    }
    return tables;
}

tl::unexpected<Error> failure(int number)
{
    switch (number) {
    case EPERM:
    case EACCES:
        return makeError(ErrorKind::NotPermitted, "reading nftables rules needs CAP_NET_ADMIN", "nf_tables");
    case EPROTONOSUPPORT:
    case EAFNOSUPPORT:
    case EOPNOTSUPP:
    case EINVAL: // nfnetlink's word for a subsystem that it does not have
        return makeError(ErrorKind::NoBackend, "the kernel has no nf_tables, and its module cannot be had", "nf_tables");
    default:
        return makeError(ErrorKind::Failed, std::string("the kernel does not answer: ") + std::strerror(number), "nf_tables");
    }
}

Result<Answers> ask(const Request& request)
{
    const FileDescriptor socketFile(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER));
    if (!socketFile.valid())
        return failure(errno);
    const Bytes bytes = encode(request);
    sockaddr_nl kernel{};
    kernel.nl_family = AF_NETLINK;
    if (sendto(socketFile.get(), bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel) < 0)
        return failure(errno);
    Answers answers;
    std::vector<std::byte> datagram(receiveSize);
    while (!answers.finished) {
        const ssize_t size = recv(socketFile.get(), datagram.data(), datagram.size(), 0);
        if (size < 0 && errno == EINTR)
            continue;
        if (size <= 0)
            return failure(size == 0 ? EIO : errno);
        take(std::span(datagram).first(static_cast<std::size_t>(size)), answers);
    }
    return answers;
}

/// Whether a chain is a base chain of type filter where packets to, through or from this node pass.
bool isFilter(const Answer& chain)
{
    const auto hook = findAttribute(chain.attributes, NFTA_CHAIN_HOOK);
    if (!hook || textAt(chain.attributes, NFTA_CHAIN_TYPE) != "filter")
        return false;
    switch (numberAt(*hook, NFTA_HOOK_HOOKNUM).value_or(NF_INET_PRE_ROUTING)) {
    case NF_INET_LOCAL_IN:
    case NF_INET_FORWARD:
    case NF_INET_LOCAL_OUT:
        return true;
    default:
        return false;
    }
}

/// A whole dump of tables or chains, of all families and of one moment.
Result<Answers> askForAll(std::uint16_t type)
{
    for (int attempt = 0; attempt < mostDumpAttempts; ++attempt) {
        Result<Answers> answers = ask({type, NLM_F_DUMP, NFPROTO_UNSPEC, {}});
        if (answers && answers->error != 0)
            return failure(answers->error);
        if (!answers || !answers->interrupted)
            return answers;
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
    Answers answers;
    take(datagram, answers);
    return toTables(answers);
}

Result<std::vector<NftablesTable>> readNftablesTables()
{
    const Result<Answers> answers = askForAll(NFT_MSG_GETTABLE);
    if (!answers)
        return tl::unexpected(answers.error());
    return toTables(*answers);
}

Result<std::set<std::string>> readFilteringNftablesTables()
{
    const Result<Answers> answers = askForAll(NFT_MSG_GETCHAIN);
    if (!answers)
        return tl::unexpected(answers.error());
    std::set<std::string> tables;
    for (const Answer& chain : answers->messages) {
        if (isFilter(chain))
            tables.insert(std::string(familyName(chain.family)) + " " + textAt(chain.attributes, NFTA_CHAIN_TABLE));
    }
    return tables;
}

Result<bool> hasNftablesChain(Family family, std::string_view table, std::string_view chain)
{
    const Result<Answers> answers =
        ask({NFT_MSG_GETCHAIN, NLM_F_ACK, protocolFamily(family), {{NFTA_CHAIN_TABLE, table}, {NFTA_CHAIN_NAME, chain}}});
    if (!answers)
        return tl::unexpected(answers.error());
    if (answers->error == ENOENT)
        return false;
    if (answers->error != 0)
        return failure(answers->error);
    return true;
}

Result<std::uint32_t> readNftablesGeneration()
{
    const Result<Answers> answers = ask({NFT_MSG_GETGEN, NLM_F_ACK, NFPROTO_UNSPEC, {}});
    if (!answers)
        return tl::unexpected(answers.error());
    if (answers->error != 0)
        return failure(answers->error);
    for (const Answer& answer : answers->messages) {
        if (const std::optional<std::uint32_t> number = numberAt(answer.attributes, NFTA_GEN_ID))
            return *number;
    }
    return failure(EPROTO);
}

} // namespace notrack
