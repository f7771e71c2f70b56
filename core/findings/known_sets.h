#pragma once

#include "core/findings/packet_class.h"

#include <string_view>

namespace notrack
{

/// Whether packets of a class are in an ipset, as far as the name tells what its maker keeps there (kube-proxy, Calico, kube-router,
/// Antrea, Kube-OVN, Cilium). `directions` as the set match has them: "dst,dst". Maybe for sets of others.
Certainty isInKnownSet(std::string_view name, std::string_view directions, const PacketClass& packet);

} // namespace notrack
