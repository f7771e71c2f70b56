#pragma once

#include "core/findings/finding.h"
#include "core/findings/node_facts.h"
#include "core/findings/packet_class.h"
#include "core/findings/saved_rules.h"
#include "core/profile/profile.h"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace notrack
{

/// Pods on one side of a path through this node: their addresses, and the interface that leads to them.
struct PodSide
{
    Prefix prefix;
    std::string interface; ///< empty: not known
    bool unnamed = false;  ///< only those of the prefix that no rule names by itself

    bool operator==(const PodSide&) const = default;
};

/// Everything that the checks of core/findings/findings.cpp look at, with the saved tables taken apart once.
class Circumstances
{
public:
    Circumstances(const Profile& profile, const NodeFacts& facts, Backend backend);

    const Profile& profile() const { return m_profile; }
    const NodeFacts& facts() const { return m_facts; }
    Backend backend() const { return m_backend; }
    const std::vector<SavedChains>& tables() const { return m_tables; }

    bool isLocal(const Address& address) const;
    /// Whether a network namespace of this node has it; false where none with a name does.
    bool isPodHere(const Address& address) const;
    bool isPod(const Address& address) const;
    /// Whether all of these addresses are pods'.
    bool isPods(const Prefix& addresses) const;
    bool isDnsPort(Port port) const;
    bool isDnsProtocol(Protocol protocol) const;
    /// Whether our rules name the answers of a real server.
    bool isNamed(const RealServer& server) const;
    /// Whether an address lives on another node, by the longest route to it. Maybe: there is no such route, or one network holds
    /// the pods of all nodes.
    Certainty isOnAnotherNode(const Address& address) const;
    /// Whether this node's own queries to a service come from the service's address. Where a link's network holds it, they may come from the link's own.
    bool asksFrom(const Address& service) const;
    /// Whether the longest route to an address leads by way of another machine.
    bool isBehindGateway(const Address& address) const;
    /// The profile's virtual services as IPVS holds them.
    const std::vector<const VirtualService*>& virtualServices() const { return m_virtualServices; }
    /// Their real servers, each address once.
    const std::vector<Address>& realServers() const { return m_realServers; }
    /// Pods of this node, those with a DNS server first; never empty for a family with pod networks.
    std::vector<PodSide> localPods(Family family) const;
    /// Pods of other nodes.
    std::vector<PodSide> remotePods(Family family) const;
    /// Whether connection tracking keeps what IPVS balances. Without net.ipv4.vs.conntrack IPVS itself makes queries untracked before they leave, and what
    /// it translates back (ip_vs_notrack in ip_vs.h), so that the first that conntrack knows of an answer is the answer.
    bool balancedIsTracked() const;
    /// Whether kube-proxy's chains are here, so that every node balances for its own pods.
    bool everyNodeBalances() const;
    /// Whether answers of the real servers come back through this node: not those of direct routing and tunnels, which go to the client.
    bool answersPassHere() const;
    /// The interface that leads to an address; empty where no route says.
    std::string interfaceTo(const Address& address) const;
    /// Whether IPVS balances the service at that port.
    bool isBalanced(const Address& service, Port port, Protocol protocol) const;
    /// Whether nat may give queries to a service of that family another destination.
    bool redirectsQueries(Family family) const;
    /// Chains whose every rule is this program's.
    std::vector<std::string> ownChains() const;
    /// The command that edits the tables of that backend: "iptables", "ip6tables-legacy", "iptables-nft".
    std::string commandFor(const SavedChains& table) const;

private:
    const Route* routeTo(const Address& address) const;
    bool spansPods(const Route& route) const;
    bool leadsEverywhere(const std::string& interface) const;
    std::vector<PodSide> allPods(Family family) const;
    void addSide(std::vector<PodSide>& sides, PodSide side) const;
    void addNamed(std::vector<PodSide>& sides) const;
    void noteNames(const SavedRule& rule);
    void noteNames(const IpSetContents& set);
    bool isToldApart(const PodSide& side) const;

    const Profile& m_profile;
    const NodeFacts& m_facts;
    Backend m_backend;
    std::vector<SavedChains> m_tables;
    std::set<std::string, std::less<>> m_namedInterfaces; ///< by the rules of filters
    std::set<Prefix> m_namedPrefixes;                     ///< the same, those narrower than the pod networks
    std::set<std::shared_ptr<const IpSetContents>> m_notedSets;
    std::vector<const VirtualService*> m_virtualServices;
    std::vector<Address> m_realServers;
};

/// Whether answers of a real server come back through this node.
bool answersPassHere(const RealServer& server);
/// A query to a service, from anybody.
PacketClass queryTo(const Circumstances& node, const Address& service, Port port, Protocol protocol);
/// "IPVS: udp 10.96.0.10:53 rr -> 10.244.1.3:53 Masq weight 1".
std::string quoteRealServer(const VirtualService& service, const RealServer& server);

/// Keeps lists in findings short: everything up to `most`, then how many more there are.
void shorten(std::vector<std::string>& lines, std::size_t most);
/// Adds a line that is not there yet.
void addOnce(std::vector<std::string>& lines, std::string line);

// One function per finding id; empty when there is nothing to say.
std::optional<Finding> checkNotIpvs(const Circumstances& node);
std::optional<Finding> checkServiceDnat(const Circumstances& node);
std::optional<Finding> checkNoBackends(const Circumstances& node);
std::optional<Finding> checkBackendOutsidePodCidrs(const Circumstances& node);
std::optional<Finding> checkHostQueries(const Circumstances& node);
std::optional<Finding> checkHostPort(const Circumstances& node);
std::optional<Finding> checkStatefulForward(const Circumstances& node);
std::optional<Finding> checkPerNodeCidr(const Circumstances& node);
std::optional<Finding> checkOtherNotrack(const Circumstances& node);
std::optional<Finding> checkOtherBackend(const Circumstances& node);
std::optional<Finding> checkBridgeNetfilter(const Circumstances& node);
std::optional<Finding> checkUnreadRules(const Circumstances& node);
std::optional<Finding> checkMissingModules(const Circumstances& node);
std::optional<Finding> checkLostSnat(const Circumstances& node);
std::optional<Finding> checkMasqueradedAnswer(const Circumstances& node);
std::optional<Finding> checkForeignNetworks(const Circumstances& node);
std::optional<Finding> checkIcmpInvalid(const Circumstances& node);
std::optional<Finding> checkEarlyRaw(const Circumstances& node);
std::optional<Finding> checkOnePacketScheduling(const Circumstances& node);
std::optional<Finding> checkStaleServers(const Circumstances& node);
std::optional<Finding> checkForeignObjects(const Circumstances& node);
std::optional<Finding> checkStatefulTunnel(const Circumstances& node);
std::optional<Finding> checkTranslatedTunnel(const Circumstances& node);
std::optional<Finding> checkOtherTunnelNotrack(const Circumstances& node);

} // namespace notrack
