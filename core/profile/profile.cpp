#include "core/profile/profile.h"

#include "core/base/fingerprint.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace notrack
{

namespace
{

std::string toText(const Port& port)
{
    return std::to_string(port.value);
}

std::string toText(const std::string& text)
{
    return text;
}

/// "name=a,b\n" with the items in a fixed order, so that it does not matter which file named which.
template <typename Item>
std::string canonicalList(std::string_view name, std::vector<Item> items)
{
    std::sort(items.begin(), items.end());
    std::string text(name);
    for (const Item& item : items)
        text.append(text.size() == name.size() ? "=" : ",").append(toText(item));
    return text + "\n";
}

std::string canonicalText(const Profile& profile)
{
    std::string text = canonicalList("services", profile.services) + canonicalList("podCIDRs", profile.podCidrs) +
                       canonicalList("ports", profile.ports) + canonicalList("protocols", profile.protocols);
    text.append("scope=").append(toText(profile.scope));
    text.append("\nbackend=").append(toText(profile.backend));
    text.append("\nchainPrefix=").append(profile.chainPrefix).append("\n");
    text += canonicalList("waive", profile.safety.waive);
    if (!profile.safety.trialIgnore.empty()) // profiles from before there was this key keep their digest
        text += canonicalList("trial.ignore", profile.safety.trialIgnore);
    if (!profile.tunnels.empty()) { // the same of this key
        std::vector<std::string> tunnels;
        std::transform(profile.tunnels.begin(), profile.tunnels.end(), std::back_inserter(tunnels),
                       [](const Tunnel& tunnel) { return notrack::toText(tunnel); });
        text += canonicalList("tunnels", std::move(tunnels));
    }
    const std::optional<ProbeSettings>& probe = profile.safety.probe;
    if (!probe)
        return text + "probe=false\n";
    return text + "probe=" + probe->name + "\n" + canonicalList("from", probe->from) + "timeout=" + std::to_string(probe->timeout.count()) +
           "\n";
}

} // namespace

std::string_view toText(Scope scope)
{
    return scope == Scope::Pods ? "pods" : "any";
}

std::string_view toText(BackendChoice backend)
{
    switch (backend) {
    case BackendChoice::Auto:
        return "auto";
    case BackendChoice::Iptables:
        return "iptables";
    case BackendChoice::Nftables:
        return "nftables";
    }
    return {};
}

std::string_view toText(ProbeOrigin origin)
{
    return origin == ProbeOrigin::Node ? "node" : "pods";
}

std::string toText(const Tunnel& tunnel)
{
    std::vector<Prefix> peers = tunnel.peers;
    std::sort(peers.begin(), peers.end());
    std::string text = std::to_string(tunnel.port.value);
    for (const Prefix& network : peers)
        text += " " + toText(network);
    return text;
}

bool isWaived(const Profile& profile, std::string_view id)
{
    return std::find(profile.safety.waive.begin(), profile.safety.waive.end(), id) != profile.safety.waive.end();
}

std::string digestOf(const Profile& profile)
{
    return fingerprintOf(canonicalText(profile));
}

} // namespace notrack
