#include "core/report/private_addresses.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace notrack
{

namespace
{

/// Nothing in them is anybody's own.
constexpr std::array specialNetworks{"0.0.0.0/8",     "127.0.0.0/8",     "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24",
                                     "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",  "240.0.0.0/4",
                                     "::/127",        "::ffff:0:0/96",   "2001:db8::/32",  "fe80::/10",    "ff00::/8"};
/// What lies in them stays in them.
constexpr std::array privateNetworks{"10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fd00::/8"};

const std::vector<Prefix>& readOnce(std::size_t which)
{
    static const std::array<std::vector<Prefix>, 2> all = [] {
        std::array<std::vector<Prefix>, 2> read;
        for (const char* text : specialNetworks)
            read[0].push_back(*readPrefix(text));
        for (const char* text : privateNetworks)
            read[1].push_back(*readPrefix(text));
        return read;
    }();
    return all.at(which);
}

bool bitAt(const Address& address, int position)
{
    const auto at = static_cast<std::size_t>(position);
    return (address.bytes().at(at / 8) & (0x80U >> at % 8)) != 0;
}

/// How many first bits two addresses share.
int sharedBits(const Address& one, const Address& other)
{
    int bits = 0;
    while (bits < one.bits() && bitAt(one, bits) == bitAt(other, bits))
        ++bits;
    return bits;
}

} // namespace

bool isSpecialUse(const Address& address)
{
    const std::vector<Prefix>& all = readOnce(0);
    return std::any_of(all.begin(), all.end(), [&](const Prefix& network) { return network.contains(address); });
}

PrivateAddresses::PrivateAddresses(const HashKey& key) : m_key(key)
{
    for (const std::size_t which : {0U, 1U}) {
        for (const Prefix& network : readOnce(which)) {
            for (int length = 0; length < network.length(); ++length)
                m_still.insert(Prefix(network.address(), length));
        }
    }
}

void PrivateAddresses::learn(const Prefix& network)
{
    for (int length = network.length(); length < network.address().bits(); ++length)
        m_still.insert(Prefix(network.address(), length));
}

void PrivateAddresses::learnRange(const Address& first, const Address& last)
{
    if (first.family() != last.family())
        return;
    for (int length = sharedBits(first, last); length < first.bits(); ++length) {
        m_still.insert(Prefix(first, length));
        m_still.insert(Prefix(last, length));
    }
}

bool PrivateAddresses::flips(const Prefix& beginning) const
{
    if (m_still.contains(beginning))
        return false;
    std::string bytes(beginning.address().bytes().begin(), beginning.address().bytes().end());
    bytes += static_cast<char>(beginning.length());
    bytes += beginning.family() == Family::Ipv4 ? '4' : '6';
    return (keyedHash(m_key, bytes) & 1U) != 0;
}

Address PrivateAddresses::imageOf(const Address& address)
{
    if (isSpecialUse(address))
        return address;
    const auto known = m_images.find(address);
    if (known != m_images.end())
        return known->second;
    Address::Bytes bytes = address.bytes();
    for (int length = 0; length < address.bits(); ++length) {
        const auto at = static_cast<std::size_t>(length);
        if (flips(Prefix(address, length)))
            bytes.at(at / 8) = static_cast<std::uint8_t>(bytes.at(at / 8) ^ (0x80U >> at % 8));
    }
    return m_images.emplace(address, Address(address.family(), bytes)).first->second;
}

Prefix PrivateAddresses::imageOf(const Prefix& network)
{
    return {imageOf(network.address()), network.length()};
}

HardwareAddress PrivateAddresses::imageOf(const HardwareAddress& card) const
{
    const std::uint64_t hash = keyedHash(m_key, std::string(card.begin(), card.end()));
    HardwareAddress image{2};
    for (std::size_t i = 1; i < image.size(); ++i)
        image.at(i) = static_cast<std::uint8_t>(hash >> 8 * i);
    return image;
}

} // namespace notrack
