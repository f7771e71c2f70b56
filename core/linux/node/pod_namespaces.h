#pragma once

#include "core/base/error.h"
#include "core/findings/node_facts.h"
#include "core/net/ip.h"

#include <functional>
#include <string>
#include <vector>

namespace notrack
{

/// Where container runtimes and `ip netns` give network namespaces names, below `root`.
std::vector<std::string> namespaceDirectories(const std::string& root = {});

/// Runs `work` in a thread of its own, which may go from one network namespace to the next and ends where it is; the calling thread stays where
/// it is. Failed where there is no thread to be had, or with the words of what `work` threw.
Result<void> runInThread(const std::function<void()>& work);

/// Moves the calling thread, one of `runInThread`, into the namespace of that name, which the first of the directories that has it tells.
/// NotPermitted without CAP_SYS_ADMIN.
Result<void> enterNamespace(const std::vector<std::string>& directories, const std::string& name);

/// The two in one: `work` in a thread of its own in that namespace.
Result<void> runInNamespace(const std::vector<std::string>& directories, const std::string& name, const std::function<void()>& work);

/// Addresses of the interfaces of the calling thread's network namespace, without loopback and link-local ones.
std::vector<Address> interfaceAddresses();

/// The named namespaces that hold an address in one of the networks, by name, each once however many names it has; looks at a bounded number of
/// them. `unread` gets a sentence a directory for what could not be looked at.
std::vector<PodNamespace> findPodNamespaces(const std::vector<std::string>& directories, const std::vector<Prefix>& networks,
                                            std::vector<std::string>& unread);

} // namespace notrack
