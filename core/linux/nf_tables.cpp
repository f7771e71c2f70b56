#include "core/linux/nf_tables.h"

#include "core/linux/file_descriptor.h"

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
#include <span>
#include <utility>

namespace notrack
{

namespace
{

using Bytes = std::vector<std::byte>;

/// The kernel fills at most this much of a dump at once (netlink's NLMSG_GOODSIZE is a page).
constexpr std::size_t receiveSize = 64 * 1024;
constexpr int mostDumpAttempts = 5;

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

/// One answer: its type and what follows nfgenmsg.
struct Answer
{
    std::uint16_t type;
    Bytes attributes;
};

struct Answers
{
    int error = 0; ///< errno of the kernel's own answer
    bool interrupted = false; ///< the dump did not show one moment
    bool finished = false;
    std::vector<Answer> messages;
};

std::uint8_t protocolFamily(Family family)
{
    return family == Family::Ipv4 ? NFPROTO_IPV4 : NFPROTO_IPV6;
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
        if (payload.size() >= sizeof(nfgenmsg)) {
            const auto attributes = payload.subspan(sizeof(nfgenmsg));
            answers.messages.push_back({header.nlmsg_type, {attributes.begin(), attributes.end()}});
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
std::optional<std::uint32_t> numberAt(const Answer& answer, std::uint16_t type)
{
    const auto attribute = findAttribute(answer.attributes, type);
    std::uint32_t number = 0;
    if (!attribute || attribute->size() != sizeof number)
        return std::nullopt;
    std::memcpy(&number, attribute->data(), sizeof number);
    return ntohl(number);
}

bool isDormant(const Answer& table)
{
    return (numberAt(table, NFTA_TABLE_FLAGS).value_or(0) & NFT_TABLE_F_DORMANT) != 0;
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

} // namespace

std::string_view nftablesFamily(Family family)
{
    return family == Family::Ipv4 ? "ip" : "ip6";
}

Result<std::vector<NftablesName>> readNftablesNames(Family family)
{
    for (int attempt = 0; attempt < mostDumpAttempts; ++attempt) {
        const Result<Answers> answers = ask({NFT_MSG_GETTABLE, NLM_F_DUMP, protocolFamily(family), {}});
        if (!answers)
            return tl::unexpected(answers.error());
        if (answers->error != 0)
            return failure(answers->error);
        if (answers->interrupted)
            continue;
        std::vector<NftablesName> names;
        for (const Answer& answer : answers->messages) {
            const auto name = findAttribute(answer.attributes, NFTA_TABLE_NAME);
            if (name && !name->empty())
                names.push_back({std::string(reinterpret_cast<const char*>(name->data()), name->size() - 1), isDormant(answer)});
        }
        return names;
    }
    return makeError(ErrorKind::Busy, "the list of nftables tables kept changing while it was read", "nf_tables");
}

Result<bool> hasNftablesChain(Family family, std::string_view table, std::string_view chain)
{
    const Result<Answers> answers = ask({NFT_MSG_GETCHAIN, NLM_F_ACK, protocolFamily(family),
                                         {{NFTA_CHAIN_TABLE, table}, {NFTA_CHAIN_NAME, chain}}});
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
        if (const std::optional<std::uint32_t> number = numberAt(answer, NFTA_GEN_ID))
            return *number;
    }
    return failure(EPROTO);
}

} // namespace notrack
