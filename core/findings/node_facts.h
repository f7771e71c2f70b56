#pragma once

#include "core/base/error.h"
#include "core/findings/drop_counts.h"
#include "core/net/backend.h"
#include "core/net/conntrack.h"
#include "core/net/ip_set.h"
#include "core/net/ipvs.h"
#include "core/profile/profile.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace notrack
{

/// One table of the node's firewall as the save command of its backend prints it.
struct SavedTable
{
    Backend backend = Backend::Iptables; ///< Nftables: saved by iptables-nft
    Family family = Family::Ipv4;
    std::string table; ///< "nat", "filter", "raw", "mangle"
    std::vector<std::string> lines;

    bool operator==(const SavedTable&) const = default;
};

/// A named network namespace that holds an address in a pod network.
struct PodNamespace
{
    std::string name; ///< below /run/netns
    std::vector<Address> addresses;

    bool operator==(const PodNamespace&) const = default;
};

/// A route of the node's main table that leads to pod networks, to the profile's other nodes, or everywhere.
struct Route
{
    Prefix destination;
    std::string interface;
    bool viaGateway = false;

    bool operator==(const Route&) const = default;
};

/// A table that was made with nft itself, not through iptables: "inet firewalld", with all its chains.
struct NativeTable
{
    std::string name;
    std::vector<std::string>
        lines; ///< from "chain NAME {" to "}", and "set" and "map" alike, as `nft list table` prints them, without indentation

    bool operator==(const NativeTable&) const = default;
};

/// What the findings are judged from: read-only observations of one node. An empty optional could not be read.
struct NodeFacts
{
    bool ipvs = false;      ///< the kernel has an IPVS table
    std::string ipvsUnread; ///< why the IPVS table could not be read: then `ipvs` and the services say nothing
    std::vector<VirtualService> virtualServices;
    std::vector<std::string> firewallMarkServices; ///< lines of IPVS services that have a firewall mark for an address
    std::vector<Prefix> localPrefixes;             ///< the node's own addresses, and everything else that its local routes cover
    std::vector<Route> routes;
    std::vector<SavedTable> savedTables;
    std::vector<NativeTable> nativeTables;
    std::vector<IpSet> ipSets;                  ///< those that something names
    std::vector<std::string> ownNftablesTables; ///< those that hold rules of this program, as in "ip nmanager"
    std::vector<std::string> foreignObjects;    ///< what others put into those: "table ip nmanager: counter NAME"
    std::vector<PodNamespace> podNamespaces;
    std::optional<ConntrackFigures> conntrack;
    std::optional<bool> bridgeCallsIptables; ///< net.bridge.bridge-nf-call-iptables; empty without br_netfilter
    std::optional<bool> bridgeCallsIp6tables;
    std::optional<bool> podsOnBridge;                           ///< an interface with a pod-network address is a bridge
    std::optional<bool> ipvsConntrack;                          ///< net.ipv4.vs.conntrack
    std::optional<bool> expireNoDestination;                    ///< net.ipv4.vs.expire_nodest_conn
    std::vector<std::string> rawBeforeDefrag;                   ///< "FILE: LINE" that sets that option of the raw tables' modules
    std::map<Backend, std::vector<std::string>> missingModules; ///< parts of the kernel that our rules need, neither loaded nor to be had
    std::vector<std::string> unreadRules;                       ///< tables of others that could not be read and why, one sentence each
    std::vector<std::string> unread;                            ///< what else could not be read and why

    bool operator==(const NodeFacts&) const = default;
};

/// What tells whether anything has moved that findings are judged from, less counters, connections, and pods that come and go.
struct NodeTrace
{
    std::string facts;    ///< a hash of settings, routes, IPVS and the legacy tables
    std::string nftables; ///< a hash of the tables of nf_tables, less handles and elements that packets add; empty where it is not in use
    std::uint32_t generation = 0; ///< of nf_tables, at which that was so

    /// Whether findings judged from one hold for the other.
    bool sameAs(const NodeTrace& other) const { return facts == other.facts && nftables == other.nftables; }
    bool operator==(const NodeTrace&) const = default;
};

/// The door to those observations.
class NodeInspector
{
public:
    NodeInspector() = default;
    NodeInspector(const NodeInspector&) = delete;
    NodeInspector& operator=(const NodeInspector&) = delete;
    virtual ~NodeInspector() = default;

    /// Reads everything about the node that bears on `profile`, except for the legacy raw tables and nftables tables of our own,
    /// which the stores have read already; changes nothing.
    virtual NodeFacts inspect(const Profile& profile) = 0;

    /// Takes the trace of what inspect() would read, which starts no program and loads no module. `before` spares the reading of nf_tables where its
    /// generation is the same. Nothing where a trace cannot be had: then only inspect() tells.
    virtual std::optional<NodeTrace> trace(const Profile& /*profile*/, const NodeTrace* /*before*/) { return std::nullopt; }

    /// Reads the IPVS table and the conntrack figures only, which costs next to nothing; the other facts stay empty.
    virtual NodeFacts readFigures() = 0;

    /// What every rule that drops has counted so far, legacy and nf_tables; what cannot be read is not there.
    virtual DropCounts countDrops() = 0;
};

} // namespace notrack
