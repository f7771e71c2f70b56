#include "core/findings/known_sets.h"

#include <algorithm>
#include <array>

namespace notrack
{

namespace
{

enum class Contents { Unknown, ClusterServices, Services, Ports, Hairpins, Pods, Nodes };

struct KnownSet
{
    std::string_view start; ///< of the name
    Contents contents;
};

// kube-proxy: pkg/proxy/ipvs/ipset.go; Calico: felix/rules/rule_defs.go; kube-router: pkg/utils/ipset.go and its service proxy.
constexpr std::array knownSets{
    KnownSet{"CLUSTER-IP", Contents::ClusterServices},
    KnownSet{"IPVS-IPS", Contents::ClusterServices},
    KnownSet{"LOAD-BALANCER", Contents::Services},
    KnownSet{"EXTERNAL-IP", Contents::Services},
    KnownSet{"NODE-PORT", Contents::Ports},
    KnownSet{"HEALTH-CHECK-NODE-PORT", Contents::Ports},
    KnownSet{"LOOP-BACK", Contents::Hairpins},
};
constexpr std::array setsOfOthers{
    KnownSet{"kube-router-service-ips", Contents::ClusterServices},
    KnownSet{"kube-router-ipvs-services", Contents::ClusterServices},
    KnownSet{"kube-router-svip", Contents::ClusterServices}, // and kube-router-svip-prt
    KnownSet{"kube-router-pod-subnets", Contents::Pods},
    KnownSet{"kube-router-node-ips", Contents::Nodes},
    KnownSet{"kube-router-local-ips", Contents::Nodes},
    KnownSet{"cali40all-ipam-pools", Contents::Pods},
    KnownSet{"cali60all-ipam-pools", Contents::Pods},
    KnownSet{"felix-all-ipam-pools", Contents::Pods},
    KnownSet{"cali40all-hosts-net", Contents::Nodes},
    KnownSet{"cali40all-vxlan-net", Contents::Nodes},
    KnownSet{"cali60all-vxlan-net", Contents::Nodes},
    KnownSet{"cali40this-host", Contents::Nodes},
    KnownSet{"cali60this-host", Contents::Nodes},
    KnownSet{"ANTREA-POD-IP", Contents::Pods},
    KnownSet{"cilium_node_set", Contents::Nodes},
};

Contents contentsOf(std::string_view name)
{
    const bool ofKubeProxy = name.starts_with("KUBE-");
    if (ofKubeProxy)
        name.remove_prefix(name.starts_with("KUBE-6-") ? 7 : 5);
    else if (name.starts_with("inet6:"))
        name.remove_prefix(6);
    if (name == "ovn40subnets" || name == "ovn60subnets") // others of Kube-OVN begin with the same name
        return Contents::Pods;
    const auto find = [&](const auto& sets) {
        const auto* const found = std::find_if(sets.begin(), sets.end(), [&](const KnownSet& one) { return name.starts_with(one.start); });
        return found == sets.end() ? Contents::Unknown : found->contents;
    };
    return ofKubeProxy ? find(knownSets) : find(setsOfOthers);
}

/// What is known of the address that the set is asked for.
struct End
{
    std::optional<bool> local;
    bool pod = false;
    bool service = false;
    bool clientPort = false;
};

/// kube-proxy and kube-router keep the addresses of services on the node itself.
Certainty isService(const End& end, Contents contents)
{
    if (end.service)
        return contents == Contents::ClusterServices ? Certainty::Yes : Certainty::Maybe;
    return end.local == false || end.clientPort ? Certainty::No : Certainty::Maybe;
}

bool canBeTheSame(const PacketClass& packet)
{
    return !packet.source || !packet.destination || packet.source->contains(packet.destination->address()) ||
           packet.destination->contains(packet.source->address());
}

} // namespace

Certainty isInKnownSet(std::string_view name, std::string_view directions, const PacketClass& packet)
{
    const bool ofSource = directions.starts_with("src");
    const End end = ofSource ? End{packet.sourceLocal, packet.sourcePod, false, !packet.sourcePort}
                             : End{packet.destinationLocal, packet.destinationPod, packet.toService, !packet.destinationPort};
    const Contents contents = contentsOf(name);
    switch (contents) {
    case Contents::ClusterServices:
    case Contents::Services:
        return isService(end, contents);
    case Contents::Ports:
        return end.clientPort ? Certainty::No : Certainty::Maybe;
    case Contents::Hairpins: // what a pod sends to itself
        return end.clientPort || !canBeTheSame(packet) ? Certainty::No : Certainty::Maybe;
    case Contents::Pods:
        return end.pod ? Certainty::Yes : Certainty::Maybe;
    case Contents::Nodes:
        return end.pod || end.service ? Certainty::No : Certainty::Maybe;
    case Contents::Unknown:
        break;
    }
    return Certainty::Maybe;
}

} // namespace notrack
