#pragma once

#include "core/base/error.h"
#include "core/findings/node_facts.h"
#include "core/net/ip.h"

#include <functional>
#include <string>
#include <vector>

namespace notrack
{

/// Where the network namespaces of pods are looked for.
struct NamespaceSources
{
    std::vector<std::string> directories; ///< where container runtimes and `ip netns` give them names
    std::string processes;                ///< /proc: those without a name, by a process in them, where this program may see it; empty: not
};

/// The usual directories below `root`, and no processes.
NamespaceSources namedNamespaces(const std::string& root = {});
/// The same with this node's processes.
NamespaceSources allNamespaces();

/// Finds the namespaces that hold an address in one of the networks; `unread` gets a sentence for what could not be looked at.
using NamespaceFinder = std::function<std::vector<PodNamespace>(const std::vector<Prefix>& networks, std::vector<std::string>& unread)>;

/// Runs `work` in a thread of its own, which may go from one network namespace to the next and ends where it is; the calling thread stays where
/// it is. Failed where there is no thread to be had, or with the words of what `work` threw.
Result<void> runInThread(const std::function<void()>& work);

/// Moves the calling thread, one of `runInThread`, into the namespace of that name: "pid:NUMBER" is that of a process, others are told by the first
/// directory that has them. NotPermitted without CAP_SYS_ADMIN.
Result<void> enterNamespace(const NamespaceSources& sources, const std::string& name);

/// The two in one: `work` in a thread of its own in that namespace.
Result<void> runInNamespace(const NamespaceSources& sources, const std::string& name, const std::function<void()>& work);

/// Addresses of the interfaces of the calling thread's network namespace, without loopback and link-local ones.
std::vector<Address> interfaceAddresses();

/// The namespaces that hold an address in one of the networks, by name, each once however many names or processes it has; looks at a bounded
/// number of them. `unread` gets a sentence a directory for what could not be looked at. Those of processes that may not be seen (which takes
/// CAP_SYS_PTRACE) are none.
std::vector<PodNamespace> findPodNamespaces(const NamespaceSources& sources, const std::vector<Prefix>& networks,
                                            std::vector<std::string>& unread);

} // namespace notrack
