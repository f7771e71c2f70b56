#pragma once

#include "core/net/ip.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace notrack
{

/// Whose DNS packets go untracked.
enum class Scope {
    Pods, ///< packets between pods and the service, never those of the node itself
    Any,  ///< network-node-manager's classic rules: every DNS packet of the service and the pod networks
};

/// Which kernel interface holds the rules; Auto leaves the choice to what the node uses.
enum class BackendChoice { Auto, Iptables, Nftables };

/// Where probe queries are sent from.
enum class ProbeOrigin { Node, Pods };

/// The DNS query that decides whether an apply may stay.
struct ProbeSettings
{
    std::string name = "kubernetes.default.svc.cluster.local";
    std::vector<ProbeOrigin> from{ProbeOrigin::Node, ProbeOrigin::Pods};
    std::chrono::milliseconds timeout{2000};

    bool operator==(const ProbeSettings&) const = default;
};

struct Safety
{
    std::vector<std::string> waive;                    ///< ids of findings that this cluster accepts
    std::optional<ProbeSettings> probe{std::in_place}; ///< empty: `probe: false`
    std::vector<Prefix> trialIgnore;                   ///< pods in these networks have no vote in a trial

    bool operator==(const Safety&) const = default;
};

/// An overlay (VXLAN, Geneve) whose outer packets go untracked as well.
struct Tunnel
{
    Port port;                 ///< UDP, the destination of every outer packet
    std::vector<Prefix> peers; ///< the nodes' networks

    bool operator==(const Tunnel&) const = default;
};

/// What one node shall look like: a profile with the overrides for that node already in place.
struct Profile
{
    std::string name;
    std::vector<Address> services;
    std::vector<Prefix> podCidrs;
    std::vector<Port> ports{Port{53}};
    std::vector<Protocol> protocols{Protocol::Udp};
    Scope scope = Scope::Pods;
    std::vector<Tunnel> tunnels; ///< each with another port; peers of one family may be without a service of it
    BackendChoice backend = BackendChoice::Auto;
    std::string chainPrefix = "NMANAGER";
    Safety safety;
    std::string overriddenBy; ///< the globs of the override under `nodes` that is in place; empty for none

    bool operator==(const Profile&) const = default;
};

/// The longest chainPrefix: a chain name holds 28 characters (XT_EXTENSION_MAXNAMELEN less its NUL), "_NOT_DNS_PREROUTING" takes 19.
inline constexpr std::size_t longestChainPrefix = 9;

std::string_view toText(Scope scope);
std::string_view toText(BackendChoice backend);
std::string_view toText(ProbeOrigin origin);
/// "8472 192.0.2.0/24 2001:db8::/64": port, and peers in a fixed order.
std::string toText(const Tunnel& tunnel);

/// Whether the profile accepts the finding of that id.
bool isWaived(const Profile& profile, std::string_view id);

/// A short fingerprint ("fnv1a64:" and 16 hexadecimal digits) of everything in the profile that decides rules and safety; it
/// tells profiles apart, it does not protect them.
std::string digestOf(const Profile& profile);

} // namespace notrack
