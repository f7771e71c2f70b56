#pragma once

#include "core/base/keyed_hash.h"
#include "core/net/ip.h"

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

namespace notrack
{

using HardwareAddress = std::array<std::uint8_t, 6>;

/// Other addresses for those of a node. Two that share their first bits share as many afterwards (as Crypto-PAn does it, Xu et al. 2002), so that
/// what lies in a network lies in the network's image. Beyond that, what was learned stays what it is: a network has no host bits, and between
/// the ends of a range lies what lay between them. Loopback, link-local, multicast, documentation and the other special-use addresses (RFC 6890)
/// stay as they are; private ones stay private.
class PrivateAddresses
{
public:
    explicit PrivateAddresses(const HashKey& key);

    /// Before the first image is asked for.
    void learn(const Prefix& network);
    void learnRange(const Address& first, const Address& last);

    Address imageOf(const Address& address);
    Prefix imageOf(const Prefix& network);

    /// Of a network card; another one that nobody sold (a local one).
    HardwareAddress imageOf(const HardwareAddress& card) const;

private:
    bool flips(const Prefix& beginning) const;

    HashKey m_key;
    std::set<Prefix> m_still; ///< the bit behind these beginnings stays as it is
    std::map<Address, Address> m_images;
};

/// Whether a network is one whose addresses say nothing about who uses them.
bool isSpecialUse(const Address& address);

} // namespace notrack
