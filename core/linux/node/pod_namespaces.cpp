#include "core/linux/node/pod_namespaces.h"

#include "core/linux/system/file_descriptor.h"
#include "core/linux/system/system_error.h"

#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <fcntl.h>
#include <filesystem>
#include <ifaddrs.h>
#include <linux/magic.h>
#include <optional>
#include <sched.h>
#include <set>
#include <system_error>
#include <thread>
#include <utility>

namespace notrack
{

namespace
{

constexpr std::size_t mostNamespaces = 512; // a node runs 110 to 250 pods; left-over names are common

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

/// What tells one namespace from another, whatever its names are.
using Identity = std::pair<dev_t, ino_t>;

std::optional<Identity> identityOf(const FileDescriptor& file)
{
    struct stat status = {};
    if (fstat(file.get(), &status) != 0)
        return std::nullopt;
    return Identity{status.st_dev, status.st_ino};
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

Result<void> enter(const FileDescriptor& file, const std::string& path)
{
    if (setns(file.get(), CLONE_NEWNET) != 0)
        return systemError(errno, "cannot enter the network namespace", path);
    return {};
}

/// Goes through namespaces, one after the other, in a thread that is made for it.
class Search
{
public:
    explicit Search(const std::vector<Prefix>& networks) : m_networks(networks)
    {
        const FileDescriptor own(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
        if (const auto identity = identityOf(own))
            m_seen.insert(*identity); // a name for the node's own namespace is no pod
    }

    void look(const std::string& directory, std::vector<std::string>& unread)
    {
        std::vector<std::string> names = namesIn(directory);
        if (names.size() > mostNamespaces) {
            unread.push_back(directory + ": only the first " + std::to_string(mostNamespaces) + " network namespaces were looked at");
            names.resize(mostNamespaces);
        }
        std::string problem;
        for (const std::string& name : names)
            if (const Result<void> done = visit(directory + "/" + name, name); !done)
                problem = toText(done.error());
        if (!problem.empty())
            unread.push_back(problem);
    }

    std::vector<PodNamespace> take()
    {
        std::sort(m_found.begin(), m_found.end(), [](const PodNamespace& a, const PodNamespace& b) { return a.name < b.name; });
        return std::move(m_found);
    }

private:
    Result<void> visit(const std::string& path, const std::string& name)
    {
        const Result<FileDescriptor> file = openNamespace(path);
        if (!file)
            return tl::unexpected(file.error());
        const std::optional<Identity> identity = identityOf(*file);
        if (!m_names.insert(name).second || (identity && !m_seen.insert(*identity).second))
            return {};
        if (Result<void> entered = enter(*file, path); !entered)
            return entered;
        const std::vector<Address> addresses = interfaceAddresses();
        if (isInside(addresses, m_networks))
            m_found.push_back({name, addresses});
        return {};
    }

    const std::vector<Prefix>& m_networks;
    std::set<Identity> m_seen;
    std::set<std::string> m_names; // a name means its namespace in the first directory that has it
    std::vector<PodNamespace> m_found;
};

} // namespace

std::vector<std::string> namespaceDirectories(const std::string& root)
{
    return {root + "/run/netns", root + "/var/run/docker/netns"};
}

Result<void> runInThread(const std::function<void()>& work)
{
    Result<void> outcome;
    const auto guarded = [&] {
        try {
            work();
        } catch (const std::exception& thrown) {
            outcome = makeError(ErrorKind::Failed, thrown.what());
        }
    };
    try {
        std::thread(guarded).join();
    } catch (const std::system_error& refused) {
        return makeError(ErrorKind::Failed, std::string("cannot start a thread: ") + refused.what());
    }
    return outcome;
}

Result<void> enterNamespace(const std::vector<std::string>& directories, const std::string& name)
{
    Result<FileDescriptor> file = makeError(ErrorKind::Failed, "there is no network namespace of this name", name);
    for (const std::string& directory : directories) {
        const std::string path = directory + "/" + name;
        file = openNamespace(path);
        if (file)
            return enter(*file, path);
    }
    return tl::unexpected(file.error());
}

Result<void> runInNamespace(const std::vector<std::string>& directories, const std::string& name, const std::function<void()>& work)
{
    Result<void> entered;
    const Result<void> ran = runInThread([&] {
        entered = enterNamespace(directories, name);
        if (entered)
            work();
    });
    return ran ? entered : ran;
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

std::vector<PodNamespace> findPodNamespaces(const std::vector<std::string>& directories, const std::vector<Prefix>& networks,
                                            std::vector<std::string>& unread)
{
    std::vector<PodNamespace> found;
    const Result<void> ran = runInThread([&] {
        Search search(networks);
        for (const std::string& directory : directories)
            search.look(directory, unread);
        found = search.take();
    });
    if (!ran)
        unread.push_back(toText(ran.error()));
    return found;
}

} // namespace notrack
