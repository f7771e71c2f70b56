#pragma once

#include "core/base/error.h"
#include "core/findings/node_facts.h"
#include "core/net/ip.h"

#include <functional>
#include <string>
#include <vector>

namespace notrack
{

/// Runs `work` in the named network namespace below `directory`, in a thread of its own that ends there; the calling thread
/// stays where it is. NotPermitted without CAP_SYS_ADMIN.
Result<void> runInNamespace(const std::string& directory, const std::string& name, const std::function<void()>& work);

/// Addresses of the interfaces of the calling thread's network namespace, without loopback and link-local ones.
std::vector<Address> interfaceAddresses();

/// The named namespaces that hold an address in one of the networks, by name; looks at a bounded number of them.
std::vector<PodNamespace> findPodNamespaces(const std::string& directory, const std::vector<Prefix>& networks,
                                            std::vector<std::string>& unread);

} // namespace notrack
