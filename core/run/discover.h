#pragma once

#include "core/net/ip.h"
#include "core/net/ipvs.h"
#include "core/net/tunnel_link.h"

#include <optional>
#include <string>
#include <vector>

namespace notrack
{

/// Something that a node's configuration names, and where.
template <typename Value>
struct Clue
{
    Value value;
    std::string source; ///< "clusterDNS in /var/lib/kubelet/config.yaml"

    bool operator==(const Clue&) const = default;
};

/// What a live node tells about its cluster.
struct NodeClues
{
    std::string node;   ///< host name
    std::string layout; ///< "kubeadm", "kubespray", "k3s", "rke2", "k0s", "microk8s", "kubernetes" where only its chains tell, or empty
    std::vector<VirtualService> virtualServices;
    std::vector<Clue<Address>> clusterDns;
    std::vector<Clue<Prefix>> clusterNetworks; ///< pod networks of the whole cluster
    std::vector<Clue<Prefix>> nodeNetworks;    ///< pod networks that are this node's part only
    std::vector<Clue<Prefix>> serverNetworks;  ///< networks that the node is directly on and that hold real servers
    std::vector<TunnelLink> tunnels;
    std::optional<std::string> clusterDomain;
    std::vector<std::string> unread; ///< what could not be read and why

    bool operator==(const NodeClues&) const = default;
};

/// A commented profile. What could not be found out is said in comments and left for a person, so that a profile that
/// is not complete does not validate; nothing is guessed.
std::string writeProfile(const NodeClues& clues);

} // namespace notrack
