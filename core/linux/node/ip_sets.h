#pragma once

#include "core/base/error.h"
#include "core/net/ip_set.h"

#include <functional>
#include <vector>

namespace notrack
{

using IpSetsReader = std::function<Result<std::vector<IpSet>>()>;

/// The ipsets of this network namespace that something names: a rule of any table, or a list of sets. Reads over netlink, which needs CAP_NET_ADMIN.
/// Loads no module: where ip_set is not there, there are none. A set with more than mostSetElements, and what goes beyond mostElementsOfSets, is
/// `unread`, and so are sets whose elements all expire and types that fieldsOfSetType() does not know.
Result<std::vector<IpSet>> readIpSets();

} // namespace notrack
