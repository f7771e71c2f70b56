#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace notrack
{

/// IPVS's own table of connections, which NOTRACK does not spare: a query from a fresh port is an entry for the time-out, tracked or not. It has
/// no maximum; what grows are the lists behind its buckets, until IPVS is told to drop.
struct IpvsLoad
{
    std::uint64_t entries = 0;    ///< of all services, as their real servers count them (/proc/net/ip_vs)
    std::uint64_t buckets = 0;    ///< 2 to the power of ip_vs.conn_tab_bits; 0: not known
    std::uint32_t udpTimeout = 0; ///< seconds, as are the others; 0: not known
    std::uint32_t tcpTimeout = 0;
    std::uint32_t tcpFinTimeout = 0;
    bool dropsEntries = false; ///< net.ipv4.vs.drop_entry is at work (2 or 3)
    bool dropsPackets = false; ///< net.ipv4.vs.drop_packet is at work

    bool operator==(const IpvsLoad&) const = default;
};

/// A counter of one place, by the name that the kernel or the driver has for it.
struct PlaceCounter
{
    std::string place; ///< "node", the network namespace of a pod, an interface
    std::string counter;
    std::uint64_t count = 0;

    bool operator==(const PlaceCounter&) const = default;
};

/// Where a node loses DNS beside its conntrack table. Counters are since boot, of all traffic; those that are 0 are left out.
struct LossFigures
{
    std::optional<IpvsLoad> ipvs;
    std::vector<PlaceCounter> fullBuffers;   ///< datagrams that a full socket did not take: the node and its DNS servers' pods
    std::vector<PlaceCounter> lostFragments; ///< datagrams of which a fragment never came
    std::vector<PlaceCounter> allowances;    ///< packets that a cloud took away over an allowance of the instance, by its network card
    std::uint64_t whileAsking = 0;           ///< insert failures and drops of conntrack while the probe asked

    bool operator==(const LossFigures&) const = default;
};

} // namespace notrack
