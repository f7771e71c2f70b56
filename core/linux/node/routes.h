#pragma once

#include "core/findings/node_facts.h"

#include <string_view>
#include <vector>

namespace notrack
{

/// Addresses that are the node's own, from the LOCAL leaves of /proc/net/fib_trie.
std::vector<Prefix> readLocalPrefixes4(std::string_view fibTrie);
/// The same from the routes of /proc/net/ipv6_route that are marked as local.
std::vector<Prefix> readLocalPrefixes6(std::string_view ipv6Route);

/// Routes of /proc/net/route, which lists the main table; those that refuse are left out.
std::vector<Route> readRoutes4(std::string_view route);
/// Routes of /proc/net/ipv6_route that lead somewhere else.
std::vector<Route> readRoutes6(std::string_view ipv6Route);

/// The routes that lead to one of the networks, or everywhere; a bounded number of them.
std::vector<Route> routesTowards(const std::vector<Prefix>& networks, const std::vector<Route>& routes);

} // namespace notrack
