#include "core/linux/nftables/transaction_message.h"

#include "core/linux/system/system_error.h"

#include <arpa/inet.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

namespace notrack::netlink
{

namespace
{

/// A rule of ours with a mask and an address lookup has about 600 bytes. Room that is not used costs no memory.
constexpr std::size_t ordinaryMessage = 640;

void fill(std::vector<std::byte>& bytes)
{
    bytes.resize((bytes.size() + 3) & ~std::size_t{3});
}

/// Room for the whole transaction in the socket. Within a user namespace the system's limit holds, and the sending tells.
void makeRoom(const FileDescriptor& file, std::size_t size)
{
    const int wanted = static_cast<int>(std::min<std::size_t>(size + 65'536, 1U << 30U));
    if (setsockopt(file.get(), SOL_SOCKET, SO_SNDBUFFORCE, &wanted, sizeof wanted) != 0)
        setsockopt(file.get(), SOL_SOCKET, SO_SNDBUF, &wanted, sizeof wanted);
    const int answers = 1 << 20;
    if (setsockopt(file.get(), SOL_SOCKET, SO_RCVBUFFORCE, &answers, sizeof answers) != 0)
        setsockopt(file.get(), SOL_SOCKET, SO_RCVBUF, &answers, sizeof answers);
}

tl::unexpected<Error> refused(int number, std::size_t size)
{
    if (number == EMSGSIZE || number == ENOBUFS)
        return makeError(ErrorKind::Failed,
                         "the transaction of " + std::to_string(size) +
                             " bytes is more than this process may send: raise net.core.wmem_max",
                         "nf_tables");
    if (number == EPERM || number == EACCES)
        return makeError(ErrorKind::NotPermitted, "changing nftables rules needs CAP_NET_ADMIN", "nf_tables");
    return systemError(number, "the kernel refused the transaction", "nf_tables");
}

} // namespace

Transaction::Transaction(std::uint32_t generation, std::size_t messages)
{
    m_bytes.reserve((messages + 2) * ordinaryMessage);
    AttributeWriter attributes;
    if (generation != 0)
        attributes.number(NFNL_BATCH_GENID, generation);
    message(NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES, attributes.written());
}

void Transaction::message(std::uint16_t type, std::uint16_t flags, std::uint8_t family, std::uint16_t resource,
                          std::span<const std::byte> attributes)
{
    const std::size_t length = sizeof(nlmsghdr) + sizeof(nfgenmsg) + attributes.size();
    nlmsghdr header{};
    header.nlmsg_len = static_cast<std::uint32_t>(length);
    header.nlmsg_type = type;
    header.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
    append(m_bytes, header);
    append(m_bytes, nfgenmsg{family, NFNETLINK_V0, htons(resource)});
    m_bytes.insert(m_bytes.end(), attributes.begin(), attributes.end());
    fill(m_bytes);
}

void Transaction::add(std::uint16_t type, std::uint16_t flags, std::uint8_t family, const AttributeWriter& attributes)
{
    m_last = m_bytes.size();
    message(static_cast<std::uint16_t>((NFNL_SUBSYS_NFTABLES << 8) | type), flags, family, 0, attributes.written());
}

Result<Committed> Transaction::commit()
{
    if (m_last == 0)
        return Committed::Done;
    nlmsghdr header{};
    std::memcpy(&header, m_bytes.data() + m_last, sizeof header);
    header.nlmsg_flags |= NLM_F_ACK;
    std::memcpy(m_bytes.data() + m_last, &header, sizeof header);
    message(NFNL_MSG_BATCH_END, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES, {});

    const FileDescriptor file(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER));
    if (!file.valid())
        return refused(errno, m_bytes.size());
    makeRoom(file, m_bytes.size());
    const auto datagram =
        std::make_unique_for_overwrite<std::byte[]>(receiveSize); // before the commit: afterwards nothing may fail for want of memory
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    if (bind(file.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return refused(errno, m_bytes.size());
    iovec part{m_bytes.data(), m_bytes.size()};
    msghdr envelope{};
    envelope.msg_name = &address;
    envelope.msg_namelen = sizeof address;
    envelope.msg_iov = &part;
    envelope.msg_iovlen = 1;
    ssize_t sent = 0;
    do
        sent = sendmsg(file.get(), &envelope, 0);
    while (sent < 0 && errno == EINTR);
    if (sent < 0)
        return refused(errno, m_bytes.size());
    // The kernel has done its work when the sending returns. An error may stand beside the answer to the last message.
    bool answered = false;
    int error = 0;
    while (true) {
        const ssize_t size = recv(file.get(), datagram.get(), receiveSize, MSG_DONTWAIT);
        if (size < 0 && (errno == EINTR || errno == ENOBUFS))
            continue;
        if (size < 0 && errno != EAGAIN)
            return refused(errno, m_bytes.size());
        if (size <= 0)
            break;
        Outcome outcome;
        take(std::span(datagram.get(), static_cast<std::size_t>(size)), outcome, [](const Answer&) {});
        answered = answered || outcome.finished;
        error = error == 0 ? outcome.error : error;
    }
    if (error == ERESTART)
        return Committed::Restart;
    if (error != 0)
        return refused(error, m_bytes.size());
    if (!answered)
        return makeError(ErrorKind::Failed, "the kernel did not say what became of the transaction", "nf_tables");
    return Committed::Done;
}

} // namespace notrack::netlink
