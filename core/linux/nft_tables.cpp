#include "core/linux/nft_tables.h"

#include "core/linux/file_descriptor.h"
#include "core/linux/text_file.h"
#include "core/linux/text_lines.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>

namespace notrack
{

namespace
{

constexpr std::size_t longestDatagram = 65536;
constexpr std::size_t mostTables = 1024;
constexpr std::size_t alignment = 4;

/// Asking for tables loads nf_tables where it is a module.
bool isThere(const std::string& root)
{
    std::error_code ignored;
    if (std::filesystem::exists(root + "/sys/module/nf_tables", ignored))
        return true;
    const std::string release(trimmed(readTextFile(root + "/proc/sys/kernel/osrelease").value_or("")));
    const std::string modules = root + "/lib/modules/" + release;
    if (release.empty() || !std::filesystem::exists(modules, ignored))
        return true; // no modules to load
    return readTextFile(modules + "/modules.builtin").value_or("").find("/nf_tables.ko") != std::string::npos;
}

std::string familyName(std::uint8_t family)
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

std::size_t aligned(std::size_t length)
{
    return (length + alignment - 1) / alignment * alignment;
}

template <typename Header>
bool take(std::span<const std::byte> bytes, Header& header)
{
    if (bytes.size() < sizeof header)
        return false;
    std::memcpy(&header, bytes.data(), sizeof header);
    return true;
}

/// The name among the attributes of a message, empty when there is none.
std::string nameAmong(std::span<const std::byte> attributes)
{
    nlattr attribute{};
    while (take(attributes, attribute)) {
        if (attribute.nla_len < sizeof attribute || attribute.nla_len > attributes.size())
            return {};
        if ((attribute.nla_type & NLA_TYPE_MASK) == NFTA_TABLE_NAME) {
            const auto value = attributes.subspan(sizeof attribute, attribute.nla_len - sizeof attribute);
            const std::string_view text(reinterpret_cast<const char*>(value.data()), value.size());
            return std::string(text.substr(0, text.find('\0')));
        }
        attributes = attributes.subspan(std::min(aligned(attribute.nla_len), attributes.size()));
    }
    return {};
}

Result<void> send(int socket)
{
    struct
    {
        nlmsghdr header;
        nfgenmsg message;
    } request{};
    request.header.nlmsg_len = sizeof request;
    request.header.nlmsg_type = static_cast<std::uint16_t>((NFNL_SUBSYS_NFTABLES << 8U) | NFT_MSG_GETTABLE);
    request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    request.message.nfgen_family = NFPROTO_UNSPEC;
    request.message.version = NFNETLINK_V0;
    if (::send(socket, &request, sizeof request, 0) < 0)
        return makeError(ErrorKind::Failed, std::string("cannot ask for nftables: ") + std::strerror(errno), "netlink");
    return {};
}

} // namespace

bool readNftTables(std::span<const std::byte> datagram, std::vector<NftTable>& tables)
{
    nlmsghdr header{};
    while (take(datagram, header)) {
        if (header.nlmsg_len < sizeof header || header.nlmsg_len > datagram.size())
            return false;
        if (header.nlmsg_type == NLMSG_DONE || header.nlmsg_type == NLMSG_ERROR || tables.size() >= mostTables)
            return false;
        const auto body = datagram.subspan(sizeof header, header.nlmsg_len - sizeof header);
        nfgenmsg message{};
        if (take(body, message)) {
            const std::string name = nameAmong(body.subspan(aligned(sizeof message)));
            if (!name.empty())
                tables.push_back({familyName(message.nfgen_family), name});
        }
        datagram = datagram.subspan(std::min(aligned(header.nlmsg_len), datagram.size()));
    }
    return true;
}

Result<std::vector<NftTable>> listNftTables(const std::string& root)
{
    std::vector<NftTable> tables;
    if (!isThere(root))
        return tables;
    const FileDescriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER));
    const timeval patience{2, 0};
    if (!socket.valid() || setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0)
        return makeError(ErrorKind::Failed, std::string("cannot open a socket: ") + std::strerror(errno), "netlink");
    if (const Result<void> sent = send(socket.get()); !sent)
        return tl::unexpected(sent.error());
    std::vector<std::byte> buffer(longestDatagram);
    while (true) {
        const ssize_t length = recv(socket.get(), buffer.data(), buffer.size(), 0);
        if (length <= 0)
            return makeError(ErrorKind::Failed, std::string("cannot read nftables: ") + std::strerror(errno), "netlink");
        if (!readNftTables(std::span(buffer).first(static_cast<std::size_t>(length)), tables))
            return tables;
    }
}

} // namespace notrack
