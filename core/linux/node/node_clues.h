#pragma once

#include "core/linux/node/node_inspector.h"
#include "core/run/discover.h"

namespace notrack
{

/// Reads what the node's IPVS table, the kubelet's, k3s's and RKE2's configuration, CNI files and kube-proxy's nat
/// rules tell of the cluster. Changes nothing; what is not there is passed over.
NodeClues readNodeClues(const FactSources& sources, const std::string& node);

} // namespace notrack
