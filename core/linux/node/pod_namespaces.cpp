#include "core/linux/node/pod_namespaces.h"

#include "core/linux/system/file_descriptor.h"

#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <ifaddrs.h>
#include <linux/magic.h>
#include <sched.h>
#include <system_error>
#include <thread>

namespace notrack
{

namespace
{

constexpr std::size_t mostNamespaces = 512; // a node runs 110 to 250 pods; left-over names are common

Result<void> enterAndWork(int descriptor, const std::string& path, const std::function<void()>& work)
{
    if (setns(descriptor, CLONE_NEWNET) != 0) {
        const bool denied = errno == EPERM;
        return makeError(denied ? ErrorKind::NotPermitted : ErrorKind::Failed,
                         std::string("cannot enter the network namespace: ") + std::strerror(errno), path);
    }
    work();
    return {};
}

/// The names are not trusted: only a file of the kernel's own namespace filesystem is a namespace.
Result<FileDescriptor> openNamespace(const std::string& path)
{
    FileDescriptor descriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
    if (!descriptor.valid())
        return makeError(ErrorKind::Failed, std::string("cannot open the network namespace: ") + std::strerror(errno), path);
    struct statfs filesystem = {};
    if (fstatfs(descriptor.get(), &filesystem) != 0 || filesystem.f_type != NSFS_MAGIC)
        return makeError(ErrorKind::Failed, "not a network namespace", path);
    return descriptor;
}

std::optional<Address> toAddress(const sockaddr* name)
{
    Address::Bytes bytes{};
    if (name != nullptr && name->sa_family == AF_INET) {
        sockaddr_in ipv4{};
        std::memcpy(&ipv4, name, sizeof ipv4);
        std::memcpy(bytes.data(), &ipv4.sin_addr, sizeof ipv4.sin_addr);
        return Address(Family::Ipv4, bytes);
    }
    if (name != nullptr && name->sa_family == AF_INET6) {
        sockaddr_in6 ipv6{};
        std::memcpy(&ipv6, name, sizeof ipv6);
        if (IN6_IS_ADDR_LINKLOCAL(&ipv6.sin6_addr))
            return std::nullopt;
        std::memcpy(bytes.data(), &ipv6.sin6_addr, sizeof ipv6.sin6_addr);
        return Address(Family::Ipv6, bytes);
    }
    return std::nullopt;
}

/// A name for the node's own namespace is no pod.
bool isOurs(const std::string& path)
{
    struct stat named = {};
    struct stat ours = {};
    return stat(path.c_str(), &named) == 0 && stat("/proc/thread-self/ns/net", &ours) == 0 && named.st_ino == ours.st_ino &&
           named.st_dev == ours.st_dev;
}

bool isInside(const std::vector<Address>& addresses, const std::vector<Prefix>& networks)
{
    return std::any_of(addresses.begin(), addresses.end(), [&](const Address& address) {
        return std::any_of(networks.begin(), networks.end(), [&](const Prefix& network) { return network.contains(address); });
    });
}

std::vector<std::string> namesIn(const std::string& directory)
{
    std::vector<std::string> names;
    std::error_code problem;
    for (std::filesystem::directory_iterator entry(directory, problem); !problem && entry != std::filesystem::directory_iterator();
         entry.increment(problem))
        names.push_back(entry->path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

} // namespace

Result<void> runInNamespace(const std::string& directory, const std::string& name, const std::function<void()>& work)
{
    const std::string path = directory + "/" + name;
    const Result<FileDescriptor> descriptor = openNamespace(path);
    if (!descriptor)
        return tl::unexpected(descriptor.error());
    Result<void> outcome;
    std::thread([&] { outcome = enterAndWork(descriptor->get(), path, work); }).join();
    return outcome;
}

std::vector<Address> interfaceAddresses()
{
    std::vector<Address> addresses;
    ifaddrs* first = nullptr;
    if (getifaddrs(&first) != 0)
        return addresses;
    for (const ifaddrs* one = first; one != nullptr; one = one->ifa_next) {
        const std::optional<Address> address = toAddress(one->ifa_addr);
        if (address && (one->ifa_flags & IFF_LOOPBACK) == 0)
            addresses.push_back(*address);
    }
    freeifaddrs(first);
    std::sort(addresses.begin(), addresses.end());
    return addresses;
}

std::vector<PodNamespace> findPodNamespaces(const std::string& directory, const std::vector<Prefix>& networks,
                                            std::vector<std::string>& unread)
{
    std::vector<std::string> names = namesIn(directory);
    if (names.size() > mostNamespaces) {
        unread.push_back(directory + ": only the first " + std::to_string(mostNamespaces) + " network namespaces were looked at");
        names.resize(mostNamespaces);
    }
    std::vector<PodNamespace> found;
    std::string problem;
    for (const std::string& name : names) {
        if (isOurs(directory + "/" + name))
            continue;
        std::vector<Address> addresses;
        const Result<void> done = runInNamespace(directory, name, [&] { addresses = interfaceAddresses(); });
        if (!done)
            problem = toText(done.error());
        else if (isInside(addresses, networks))
            found.push_back({name, addresses});
    }
    if (!problem.empty())
        unread.push_back(problem);
    return found;
}

} // namespace notrack
