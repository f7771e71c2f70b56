#include "core/linux/node/node_clues.h"

#include "core/findings/saved_rules.h"
#include "core/linux/node/cluster_files.h"
#include "core/linux/node/ipvs_table.h"
#include "core/linux/node/routes.h"

#include <algorithm>
#include <array>
#include <utility>

namespace notrack
{

namespace
{

constexpr std::size_t mostFiles = 32;

constexpr std::array kubeletFiles{"/var/lib/kubelet/config.yaml", "/etc/kubernetes/kubelet-config.yaml", "/var/lib/k0s/kubelet/config.yaml",
                                  "/var/lib/k0s/kubelet-config.yaml"};
constexpr std::array kubeletFolders{"/var/lib/rancher/k3s/agent/etc/kubelet.conf.d", "/var/lib/rancher/rke2/agent/etc/kubelet.conf.d"};
constexpr std::array flagFiles{"/var/lib/kubelet/kubeadm-flags.env",
                               "/etc/kubernetes/kubelet.env",
                               "/etc/default/kubelet",
                               "/etc/sysconfig/kubelet",
                               "/etc/systemd/system/k3s.service",
                               "/etc/systemd/system/k3s-agent.service",
                               "/var/snap/microk8s/current/args/kubelet",
                               "/var/snap/microk8s/current/args/kube-proxy",
                               "/var/snap/microk8s/current/args/kube-controller-manager",
                               "/var/snap/k8s/common/args/kubelet",
                               "/var/snap/k8s/common/args/kube-proxy"};
constexpr std::array cniFolders{"/etc/cni/net.d", "/var/lib/rancher/k3s/agent/etc/cni/net.d",
                                "/var/snap/microk8s/current/args/cni-network"};
constexpr std::array rancherFiles{"/etc/rancher/k3s/config.yaml", "/etc/rancher/rke2/config.yaml"};
constexpr std::array manifests{"/etc/kubernetes/manifests/kube-controller-manager.yaml",
                               "/var/lib/rancher/rke2/agent/pod-manifests/kube-controller-manager.yaml"};

class ClueSearch
{
public:
    ClueSearch(const FactSources& sources, const std::string& node) : m_sources(sources) { m_clues.node = node; }

    NodeClues take()
    {
        m_clues.layout = findLayout();
        m_clues.virtualServices = readIpvsTable(read("/proc/net/ip_vs")).services;
        readKubelet();
        readRancher();
        readControlPlane();
        readCni();
        readKubeProxy();
        readServerNetworks();
        m_clues.tunnels = m_sources.tunnels();
        return std::move(m_clues);
    }

private:
    std::string read(const std::string& path)
    {
        const Result<std::string> text = m_sources.files.read(path);
        if (!text)
            m_clues.unread.push_back(path + " " + text.error().message);
        return text.value_or("");
    }

    bool exists(const std::string& path) const { return m_sources.files.exists(path); }

    std::vector<std::string> filesIn(const std::string& folder) const
    {
        std::vector<std::string> files = m_sources.files.namesIn(folder);
        files.resize(std::min(files.size(), mostFiles));
        for (std::string& name : files)
            name.insert(0, folder + "/");
        return files;
    }

    std::string findLayout() const
    {
        if (exists("/etc/rancher/rke2") || exists("/var/lib/rancher/rke2"))
            return "rke2";
        if (exists("/etc/rancher/k3s") || exists("/var/lib/rancher/k3s"))
            return "k3s";
        if (exists("/var/lib/k0s"))
            return "k0s";
        if (exists("/var/snap/microk8s"))
            return "microk8s";
        if (exists("/etc/kubernetes/kubelet-config.yaml"))
            return "kubespray";
        return exists("/var/lib/kubelet") || exists("/etc/kubernetes") ? "kubeadm" : "";
    }

    void unread(const std::string& source, const char* what, const std::string& value) { m_clues.unread.push_back(source + what + value); }

    void addDns(const std::vector<std::string>& values, const std::string& source)
    {
        for (const std::string& value : values) {
            const Result<Address> address = readAddress(value);
            if (address)
                m_clues.clusterDns.push_back({*address, source});
            else
                unread(source, " is no address: ", value);
        }
    }

    void addNetworks(std::vector<Clue<Prefix>>& networks, const std::vector<std::string>& values, const std::string& source)
    {
        for (const std::string& value : values) {
            const Result<Prefix> prefix = readPrefix(value);
            if (prefix)
                networks.push_back({*prefix, source});
            else
                unread(source, " is no network: ", value);
        }
    }

    void readKubeletFile(const std::string& path)
    {
        const std::string text = read(path);
        addDns(readYamlValues(text, "clusterDNS"), "clusterDNS in " + path);
        for (const std::string& domain : readYamlValues(text, "clusterDomain"))
            addDomain(domain);
    }

    void readKubelet()
    {
        for (const char* const path : kubeletFiles)
            readKubeletFile(path);
        for (const char* const folder : kubeletFolders)
            for (const std::string& path : filesIn(folder))
                readKubeletFile(path);
        for (const char* const path : flagFiles) {
            const std::string text = read(path);
            addDns(readFlagValues(text, "cluster-dns"), std::string("--cluster-dns in ") + path);
            addNetworks(m_clues.clusterNetworks, readFlagValues(text, "cluster-cidr"), std::string("--cluster-cidr in ") + path);
            for (const std::string& domain : readFlagValues(text, "cluster-domain"))
                addDomain(domain);
        }
    }

    void addDomain(const std::string& domain)
    {
        const bool plain = domain.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.") == std::string::npos;
        if (plain && !m_clues.clusterDomain)
            m_clues.clusterDomain = domain;
    }

    void readRancher()
    {
        for (const char* const path : rancherFiles) {
            const std::string text = read(path);
            addDns(readYamlValues(text, "cluster-dns"), std::string("cluster-dns in ") + path);
            addNetworks(m_clues.clusterNetworks, readYamlValues(text, "cluster-cidr"), std::string("cluster-cidr in ") + path);
        }
    }

    void readControlPlane()
    {
        for (const char* const path : manifests)
            addNetworks(m_clues.clusterNetworks, readFlagValues(read(path), "cluster-cidr"), std::string("--cluster-cidr in ") + path);
    }

    void readCni()
    {
        const std::string flannel = read("/run/flannel/subnet.env");
        for (const char* const name : {"FLANNEL_NETWORK", "FLANNEL_IPV6_NETWORK"})
            addNetworks(m_clues.clusterNetworks, readVariable(flannel, name), std::string(name) + " in /run/flannel/subnet.env");
        for (const char* const folder : cniFolders)
            for (const std::string& path : filesIn(folder)) {
                if (!path.ends_with(".conf") && !path.ends_with(".conflist"))
                    continue; // kubeconfigs with their keys are here as well
                const std::string text = read(path);
                for (const char* const key : {"ipv4_pools", "ipv6_pools"})
                    addNetworks(m_clues.clusterNetworks, readJsonStrings(text, key), std::string(key) + " in " + path);
                std::vector<std::string> subnets = readJsonStrings(text, "subnet");
                subnets.erase(std::remove(subnets.begin(), subnets.end(), "usePodCidr"), subnets.end());
                addNetworks(m_clues.nodeNetworks, subnets, "subnet in " + path);
            }
    }

    /// kube-proxy masquerades what does not come from its --cluster-cidr: `! -s NETWORK … --match-set KUBE-CLUSTER-IP`.
    void readKubeProxy()
    {
        NodeFacts facts;
        readFirewall({m_sources.files, m_sources.run, m_sources.nativeRules}, m_sources.nftTables(), facts);
        for (const SavedTable& saved : facts.savedTables) {
            const SavedChains table = readSavedTable(saved);
            if (m_clues.layout.empty() && isOfKubernetes(table))
                m_clues.layout = "kubernetes";
            const SavedChain* const services = saved.table == "nat" ? table.find("KUBE-SERVICES") : nullptr;
            if (services == nullptr)
                continue;
            for (const SavedRule& rule : services->rules)
                addMasqueraded(rule);
        }
    }

    /// Chains of kube-proxy, the kubelet and kube-router begin so.
    static bool isOfKubernetes(const SavedChains& table)
    {
        return std::any_of(table.chains->begin(), table.chains->end(), [](const auto& chain) { return chain.first.starts_with("KUBE-"); });
    }

    void addMasqueraded(const SavedRule& rule)
    {
        const bool ofClusterIps = std::any_of(rule.conditions.begin(), rule.conditions.end(), [](const Condition& condition) {
            return condition.option == "--match-set" && !condition.values.empty() &&
                   (condition.values.front() == "KUBE-CLUSTER-IP" || condition.values.front() == "KUBE-6-CLUSTER-IP");
        });
        for (const Condition& condition : rule.conditions)
            if (ofClusterIps && condition.option == "-s" && condition.negated && condition.prefix)
                m_clues.clusterNetworks.push_back({*condition.prefix, "kube-proxy's --cluster-cidr, from its nat rules"});
    }

    /// For plain LVS: networks that the node is on and that hold real servers of a DNS service.
    void readServerNetworks()
    {
        std::vector<Route> routes = readRoutes4(read("/proc/net/route"));
        const std::vector<Route> routes6 = readRoutes6(read("/proc/net/ipv6_route"));
        routes.insert(routes.end(), routes6.begin(), routes6.end());
        for (const VirtualService& service : m_clues.virtualServices)
            for (const RealServer& server : service.realServers)
                for (const Route& route : routes)
                    if (service.port == Port{53} && !route.viaGateway && route.destination.length() > 0 &&
                        route.destination.contains(server.address))
                        m_clues.serverNetworks.push_back(
                            {route.destination, "network of " + route.interface + ", which holds real servers"});
    }

    const FactSources& m_sources;
    NodeClues m_clues;
};

} // namespace

NodeClues readNodeClues(const FactSources& sources, const std::string& node)
{
    return ClueSearch(sources, node).take();
}

} // namespace notrack
