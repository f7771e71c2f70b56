#pragma once

#include "core/report/private_addresses.h"

#include <string>
#include <string_view>

namespace notrack
{

/// In what form a file has its addresses.
enum class AddressForm {
    Plain,         ///< as people write them
    IpvsTable,     ///< /proc/net/ip_vs: IPv4 as 0A60000A:0035, IPv6 in brackets with all its digits
    RoutingTable4, ///< /proc/net/route: the number that the bytes in memory make
    RoutingTable6, ///< /proc/net/ipv6_route: 32 digits
};

AddressForm formOf(std::string_view path);

/// Learns the networks and ranges in a text.
void learnAddresses(std::string_view text, AddressForm form, PrivateAddresses& addresses);

/// The text with other addresses.
std::string replaceAddresses(std::string_view text, AddressForm form, PrivateAddresses& addresses);

} // namespace notrack
