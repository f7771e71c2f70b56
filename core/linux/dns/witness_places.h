#pragma once

#include "core/linux/node/node_files.h"
#include "core/linux/node/pod_namespaces.h"
#include "core/linux/system/file_descriptor.h"
#include "core/run/witnesses.h"

#include <string>
#include <vector>

namespace notrack
{

/// Where the places of a node are looked for.
struct WitnessSources
{
    NamespaceSources namespaces = allNamespaces();
    NodeFiles files = filesBelow({}); ///< the IPVS table tells the real servers of the services
};

/// The node, and what Interrogator::find() says of its pods; more than mostWitnesses that may be asked are told of in `unread`.
Witnesses findWitnesses(const WitnessSources& sources, const Profile& profile);
/// The same among pods that somebody else finds.
Witnesses findWitnesses(const NamespaceFinder& findPods, const NodeFiles& files, const Profile& profile);

/// Moves the calling thread, one of runInThread(), to the place. `node` is a descriptor of the node's own namespace.
Result<void> enterPlace(const WitnessSources& sources, const Witness& witness, const FileDescriptor& node);

/// The namespace that the calling thread is in, which enterPlace() takes for the node's.
Result<FileDescriptor> openOwnNamespace();

} // namespace notrack
