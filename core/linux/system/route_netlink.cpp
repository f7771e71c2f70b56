#include "core/linux/system/route_netlink.h"

#include "core/linux/system/file_descriptor.h"
#include "core/linux/system/system_error.h"

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cerrno>
#include <vector>

namespace notrack::netlink
{

Result<void> dumpRoute(std::uint16_t type, std::uint8_t family, const std::function<void(std::span<const std::byte> payload)>& visit)
{
    struct Request
    {
        nlmsghdr header;
        ndmsg body; // of the others only the family is asked for
    } request{};
    request.header.nlmsg_len = NLMSG_LENGTH(type == RTM_GETNEIGH ? sizeof(ndmsg) : sizeof(rtgenmsg));
    request.body.ndm_family = family;
    request.header.nlmsg_type = type;
    request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    const FileDescriptor file(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
    const auto failed = [&] { return systemError(errno, "links, addresses and routes cannot be read", "rtnetlink"); };
    if (!file.valid() || send(file.get(), &request, request.header.nlmsg_len, 0) < 0)
        return failed();
    std::vector<std::byte> datagram(receiveSize);
    for (bool more = true; more;) {
        const ssize_t size = recv(file.get(), datagram.data(), datagram.size(), 0);
        if (size < 0 && errno == EINTR)
            continue;
        if (size <= 0)
            return failed();
        more = forEachMessage(std::span(datagram).first(static_cast<std::size_t>(size)),
                              [&](std::uint16_t kind, std::span<const std::byte> payload) {
                                  if (kind == NLMSG_DONE || kind == NLMSG_ERROR)
                                      return false;
                                  visit(payload);
                                  return true;
                              });
    }
    return {};
}

} // namespace notrack::netlink
