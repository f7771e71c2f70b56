#pragma once

#include "core/net/nft_rules.h"
#include "core/report/private_addresses.h"

namespace notrack
{

/// Learns the networks and ranges that decoded rules compare with and sets hold.
void learnAddresses(const nf_tables::Rules& rules, PrivateAddresses& addresses);

/// Other addresses in comparisons, in sets, and where packets are sent by NAT.
void replaceAddresses(nf_tables::Rules& rules, PrivateAddresses& addresses);

} // namespace notrack
