#include "core/linux/dns/witness_places.h"

#include "core/linux/node/ipvs_table.h"
#include "core/linux/system/system_error.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sched.h>
#include <utility>

namespace notrack
{

namespace
{

bool isIn(const Address& address, const std::vector<Prefix>& networks)
{
    return std::any_of(networks.begin(), networks.end(), [&](const Prefix& network) { return network.contains(address); });
}

/// The addresses of the services' real servers.
std::vector<Address> realServers(const NodeFiles& files, const std::vector<Address>& services, std::vector<std::string>& unread)
{
    const Result<IpvsTable> table = readIpvsFile(files, services);
    if (!table) {
        unread.push_back(toText(table.error()));
        return {};
    }
    std::vector<Address> servers;
    for (const VirtualService& service : table->services)
        if (std::find(services.begin(), services.end(), service.address) != services.end())
            for (const RealServer& server : service.realServers)
                servers.push_back(server.address);
    return servers;
}

Role roleOf(const std::vector<Address>& addresses, const std::vector<Address>& servers, const std::vector<Prefix>& ignored)
{
    const auto isServer = [&](const Address& address) { return std::find(servers.begin(), servers.end(), address) != servers.end(); };
    if (std::any_of(addresses.begin(), addresses.end(), isServer))
        return Role::RealServer;
    const bool ignore = std::any_of(addresses.begin(), addresses.end(), [&](const Address& address) { return isIn(address, ignored); });
    return ignore ? Role::Ignored : Role::Pod;
}

} // namespace

Witnesses findWitnesses(const NamespaceFinder& findPods, const NodeFiles& files, const Profile& profile)
{
    Witnesses found;
    found.all.push_back({"node", {}, Role::Node});
    const std::vector<PodNamespace> pods = findPods(profile.podCidrs, found.unread);
    const std::vector<Address> servers = realServers(files, profile.services, found.unread);
    std::size_t asked = 0;
    for (const PodNamespace& pod : pods) {
        Witness witness{pod.name, {}, roleOf(pod.addresses, servers, profile.safety.trialIgnore)};
        std::copy_if(pod.addresses.begin(), pod.addresses.end(), std::back_inserter(witness.addresses),
                     [&](const Address& address) { return isIn(address, profile.podCidrs); });
        if (witness.role != Role::Pod || ++asked <= mostWitnesses)
            found.all.push_back(std::move(witness));
    }
    if (asked > mostWitnesses)
        found.unread.push_back("of " + std::to_string(asked) + " pods only " + std::to_string(mostWitnesses) + " are asked");
    return found;
}

Witnesses findWitnesses(const WitnessSources& sources, const Profile& profile)
{
    const auto findPods = [&](const std::vector<Prefix>& networks, std::vector<std::string>& unread) {
        return findPodNamespaces(sources.namespaces, networks, unread);
    };
    return findWitnesses(findPods, sources.files, profile);
}

Result<void> enterPlace(const WitnessSources& sources, const Witness& witness, const FileDescriptor& node)
{
    if (witness.role != Role::Node)
        return enterNamespace(sources.namespaces, witness.name);
    if (setns(node.get(), CLONE_NEWNET) != 0)
        return systemError(errno, "cannot enter the network namespace", witness.name);
    return {};
}

Result<FileDescriptor> openOwnNamespace()
{
    FileDescriptor own(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
    if (!own.valid())
        return systemError(errno, "cannot open the node's network namespace", "/proc/thread-self/ns/net");
    return own;
}

} // namespace notrack
