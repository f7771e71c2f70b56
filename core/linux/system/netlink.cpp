#include "core/linux/system/netlink.h"

#include <arpa/inet.h>
#include <endian.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace notrack::netlink
{

namespace
{

using Bytes = std::vector<std::byte>;

Bytes encode(const NetfilterRequest& request)
{
    Bytes bytes;
    append(bytes, nlmsghdr{});
    append(bytes, nfgenmsg{request.family, NFNETLINK_V0, 0});
    for (const auto& [type, value] : request.attributes) {
        const std::size_t length = sizeof(nlattr) + value.size() + 1;
        append(bytes, nlattr{static_cast<std::uint16_t>(length), type});
        const auto text = std::as_bytes(std::span(value));
        bytes.insert(bytes.end(), text.begin(), text.end());
        bytes.resize(bytes.size() + aligned(length) - length + 1);
    }
    bytes.insert(bytes.end(), request.written.begin(), request.written.end());
    nlmsghdr header{};
    header.nlmsg_len = static_cast<std::uint32_t>(bytes.size());
    header.nlmsg_type = static_cast<std::uint16_t>((request.subsystem << 8U) | request.type);
    header.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | request.flags);
    std::memcpy(bytes.data(), &header, sizeof header);
    return bytes;
}

template <typename T>
std::optional<T> valueAt(std::span<const std::byte> attributes, std::uint16_t type)
{
    const auto attribute = findAttribute(attributes, type);
    T value{};
    if (!attribute || attribute->size() != sizeof value)
        return std::nullopt;
    std::memcpy(&value, attribute->data(), sizeof value);
    return value;
}

} // namespace

void take(std::span<const std::byte> datagram, Outcome& outcome, const Visitor& visit)
{
    while (datagram.size() >= sizeof(nlmsghdr)) {
        nlmsghdr header{};
        std::memcpy(&header, datagram.data(), sizeof header);
        if (header.nlmsg_len < sizeof header || header.nlmsg_len > datagram.size())
            break;
        const auto payload = datagram.subspan(sizeof header, header.nlmsg_len - sizeof header);
        outcome.interrupted = outcome.interrupted || (header.nlmsg_flags & NLM_F_DUMP_INTR) != 0;
        if (header.nlmsg_type == NLMSG_ERROR || header.nlmsg_type == NLMSG_DONE) {
            std::uint32_t error = 0;
            if (payload.size() >= sizeof error)
                std::memcpy(&error, payload.data(), sizeof error);
            outcome.error = static_cast<int>(0U - error); // any bits at all have a negative here
            outcome.finished = true;
            return;
        }
        if (payload.size() >= sizeof(nfgenmsg))
            visit({std::to_integer<std::uint8_t>(payload.front()), payload.subspan(sizeof(nfgenmsg))});
        datagram = datagram.subspan(std::min<std::size_t>(datagram.size(), aligned(header.nlmsg_len)));
    }
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
    case NFPROTO_ARP:
        return "arp";
    case NFPROTO_BRIDGE:
        return "bridge";
    case NFPROTO_NETDEV:
        return "netdev";
    default:
        return "other";
    }
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

void AttributeWriter::number(std::uint16_t type, std::uint32_t value)
{
    const std::uint32_t network = htonl(value);
    bytes(type, std::as_bytes(std::span(&network, 1)));
}

void AttributeWriter::longNumber(std::uint16_t type, std::uint64_t value)
{
    const std::uint64_t network = htobe64(value);
    bytes(type, std::as_bytes(std::span(&network, 1)));
}

void AttributeWriter::text(std::uint16_t type, std::string_view value)
{
    std::string ended(value);
    ended.push_back('\0');
    bytes(type, std::as_bytes(std::span(ended)));
}

void AttributeWriter::bytes(std::uint16_t type, std::span<const std::byte> value)
{
    append(m_bytes, nlattr{static_cast<std::uint16_t>(sizeof(nlattr) + value.size()), type});
    m_bytes.insert(m_bytes.end(), value.begin(), value.end());
    m_bytes.resize(aligned(m_bytes.size()));
}

std::size_t AttributeWriter::begin(std::uint16_t type)
{
    const std::size_t start = m_bytes.size();
    append(m_bytes, nlattr{0, static_cast<std::uint16_t>(type | 0x8000U)}); // NLA_F_NESTED
    return start;
}

void AttributeWriter::end(std::size_t start)
{
    const auto length = static_cast<std::uint16_t>(m_bytes.size() - start);
    std::memcpy(m_bytes.data() + start, &length, sizeof length);
}

Socket::Socket(FileDescriptor file) : m_file(std::move(file)), m_datagram(std::make_unique_for_overwrite<std::byte[]>(receiveSize)) {}

Result<Socket> Socket::open()
{
    FileDescriptor file(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER));
    if (!file.valid())
        return failure(errno);
    return Socket(std::move(file));
}

Result<Outcome> Socket::ask(const NetfilterRequest& request, const Visitor& visit)
{
    const Bytes bytes = encode(request);
    sockaddr_nl kernel{};
    kernel.nl_family = AF_NETLINK;
    ssize_t sent = 0;
    do
        sent = sendto(m_file.get(), bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel);
    while (sent < 0 && errno == EINTR);
    if (sent < 0)
        return failure(errno);
    Outcome outcome;
    while (!outcome.finished) {
        const ssize_t size = recv(m_file.get(), m_datagram.get(), receiveSize, 0);
        if (size < 0 && errno == EINTR)
            continue;
        if (size <= 0)
            return failure(size == 0 ? EIO : errno);
        take(std::span(m_datagram.get(), static_cast<std::size_t>(size)), outcome, visit);
    }
    return outcome;
}

std::optional<std::span<const std::byte>> findAttribute(std::span<const std::byte> attributes, std::uint16_t type)
{
    std::optional<std::span<const std::byte>> found;
    forEachAttribute(attributes, [&](std::uint16_t each, std::span<const std::byte> value) {
        if (each == type && !found)
            found = value;
    });
    return found;
}

std::optional<std::uint32_t> numberAt(std::span<const std::byte> attributes, std::uint16_t type)
{
    const auto value = valueAt<std::uint32_t>(attributes, type);
    return value ? std::optional(ntohl(*value)) : std::nullopt;
}

std::optional<std::uint64_t> longNumberAt(std::span<const std::byte> attributes, std::uint16_t type)
{
    const auto value = valueAt<std::uint64_t>(attributes, type);
    return value ? std::optional<std::uint64_t>(be64toh(*value)) : std::nullopt;
}

std::string textAt(std::span<const std::byte> attributes, std::uint16_t type)
{
    const auto attribute = findAttribute(attributes, type);
    if (!attribute)
        return {};
    const std::string_view text(reinterpret_cast<const char*>(attribute->data()), attribute->size());
    return std::string(text.substr(0, text.find('\0')));
}

} // namespace notrack::netlink
