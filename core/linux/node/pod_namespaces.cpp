#include "core/linux/node/pod_namespaces.h"

#include "core/base/number_text.h"
#include "core/linux/system/file_descriptor.h"
#include "core/linux/system/system_error.h"

#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <exception>
#include <fcntl.h>
#include <filesystem>
#include <ifaddrs.h>
#include <linux/magic.h>
#include <optional>
#include <sched.h>
#include <set>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

namespace notrack
{

namespace
{

constexpr std::size_t mostNamespaces = 512; // a node runs 110 to 250 pods; left-over names are common
constexpr std::size_t mostProcesses = 65'536;
constexpr std::string_view processName = "pid:"; // and its number: the name of a namespace that has none

/// The names are not trusted: only a file of the kernel's own namespace filesystem is a namespace. `flags` are further ones of open().
Result<FileDescriptor> openNamespace(const std::string& path, int flags = O_NOFOLLOW)
{
    FileDescriptor descriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags));
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
        if (std::string name = entry->path().filename().string(); !name.starts_with(processName))
            names.push_back(std::move(name));
    std::sort(names.begin(), names.end());
    return names;
}

Result<void> enter(const FileDescriptor& file, const std::string& path)
{
    if (setns(file.get(), CLONE_NEWNET) != 0)
        return systemError(errno, "cannot enter the network namespace", path);
    return {};
}

/// The numbers of processes, the oldest first while numbers last.
std::vector<std::uint32_t> processesIn(const std::string& proc)
{
    std::vector<std::uint32_t> numbers;
    std::error_code problem;
    for (std::filesystem::directory_iterator entry(proc, problem); !problem && entry != std::filesystem::directory_iterator();
         entry.increment(problem))
        if (const auto number = readNumber<std::uint32_t>(entry->path().filename().string()); number && numbers.size() < mostProcesses)
            numbers.push_back(*number);
    std::sort(numbers.begin(), numbers.end());
    return numbers;
}

std::string namespaceOf(const std::string& proc, std::uint32_t process)
{
    return proc + "/" + std::to_string(process) + "/ns/net";
}

std::string namedBelow(const std::string& directory, const std::string& name)
{
    return std::string(directory).append("/").append(name);
}

/// Goes through namespaces, one after the other, in a thread that is made for it.
class NamespaceSearch
{
public:
    explicit NamespaceSearch(const std::vector<Prefix>& networks) : m_networks(networks)
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
        for (const std::string& name : names) {
            const std::string path = namedBelow(directory, name);
            const Result<FileDescriptor> file = openNamespace(path);
            const Result<void> done = file ? visit(*file, path, name) : tl::unexpected(file.error());
            if (!done)
                problem = toText(done.error());
        }
        if (!problem.empty())
            unread.push_back(problem);
    }

    /// The namespaces that have no name, each by the oldest of its processes.
    void lookAtProcesses(const std::string& proc)
    {
        std::size_t looked = 0;
        for (const std::uint32_t number : processesIn(proc)) {
            const std::string path = namespaceOf(proc, number);
            const Result<FileDescriptor> file = openNamespace(path, 0);
            if (file && isNew(*file) && ++looked <= mostNamespaces)
                static_cast<void>(visit(*file, path, std::string(processName) + std::to_string(number))); // it may have ended by now
        }
    }

    std::vector<PodNamespace> take()
    {
        std::sort(m_found.begin(), m_found.end(), [](const PodNamespace& a, const PodNamespace& b) { return a.name < b.name; });
        return std::move(m_found);
    }

private:
    bool isNew(const FileDescriptor& file) const
    {
        const std::optional<Identity> identity = identityOf(file);
        return identity && !m_seen.contains(*identity);
    }

    Result<void> visit(const FileDescriptor& file, const std::string& path, const std::string& name)
    {
        if (!m_names.insert(name).second || !isNew(file))
            return {};
        m_seen.insert(*identityOf(file));
        if (Result<void> entered = enter(file, path); !entered)
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

NamespaceSources namedNamespaces(const std::string& root)
{
    return {{root + "/run/netns", root + "/var/run/docker/netns"}, {}};
}

NamespaceSources allNamespaces()
{
    NamespaceSources sources = namedNamespaces();
    sources.processes = "/proc";
    return sources;
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

Result<void> enterNamespace(const NamespaceSources& sources, const std::string& name)
{
    if (name.starts_with(processName)) {
        const auto process = readNumber<std::uint32_t>(std::string_view(name).substr(processName.size()));
        const std::string path = namespaceOf(sources.processes, process.value_or(0));
        const Result<FileDescriptor> file = openNamespace(path, 0);
        return file ? enter(*file, path) : tl::unexpected(file.error());
    }
    Result<FileDescriptor> file = makeError(ErrorKind::Failed, "there is no network namespace of this name", name);
    for (const std::string& directory : sources.directories) {
        const std::string path = namedBelow(directory, name);
        file = openNamespace(path);
        if (file)
            return enter(*file, path);
    }
    return tl::unexpected(file.error());
}

Result<void> runInNamespace(const NamespaceSources& sources, const std::string& name, const std::function<void()>& work)
{
    Result<void> entered;
    const Result<void> ran = runInThread([&] {
        entered = enterNamespace(sources, name);
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

std::vector<PodNamespace> findPodNamespaces(const NamespaceSources& sources, const std::vector<Prefix>& networks,
                                            std::vector<std::string>& unread)
{
    std::vector<PodNamespace> found;
    if (sources.processes.empty() &&
        std::all_of(sources.directories.begin(), sources.directories.end(), [](const auto& each) { return namesIn(each).empty(); }))
        return found;
    const Result<void> ran = runInThread([&] {
        NamespaceSearch search(networks);
        for (const std::string& directory : sources.directories)
            search.look(directory, unread);
        if (!sources.processes.empty())
            search.lookAtProcesses(sources.processes);
        found = search.take();
    });
    if (!ran)
        unread.push_back(toText(ran.error()));
    return found;
}

} // namespace notrack
