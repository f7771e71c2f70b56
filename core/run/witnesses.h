#pragma once

#include "core/base/error.h"
#include "core/net/ip.h"
#include "core/profile/profile.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace notrack
{

/// What a place on this node is to a trial.
enum class Role {
    Pod,        ///< asks and votes
    Node,       ///< the node itself: votes under scope any; under scope pods no rule meets its queries
    RealServer, ///< a real server of the services: never asked, since hairpinned queries are a case of their own
    Ignored,    ///< the profile leaves it out (`safety.trial.ignore`)
};

/// A place on this node that DNS can be asked from.
struct Witness
{
    std::string name;               ///< "node", or the name of a pod's network namespace
    std::vector<Address> addresses; ///< its own, in the profile's pod networks; of the node: none
    Role role = Role::Pod;

    bool operator==(const Witness&) const = default;
};

/// One question of a trial: this place asks this service from this port.
struct Question
{
    std::size_t witness = 0; ///< index into the witnesses
    Address service;
    Port port; ///< of the service
    Protocol protocol = Protocol::Udp;
    Port clientPort;

    bool operator==(const Question&) const = default;
};

/// What came of it.
struct Reply
{
    bool sent = false; ///< left the socket, or the network refused it; not where this host lacked a descriptor, memory or the port
    bool answered = false;
    std::optional<double> milliseconds; ///< from the first sending to the answer
    std::string problem;                ///< what was seen instead: "Connection refused", "Address already in use"

    bool operator==(const Reply&) const = default;
};

/// The places that were found.
struct Witnesses
{
    std::vector<Witness> all;        ///< the node first, then namespaces by name
    std::vector<std::string> unread; ///< what could not be looked at and why, one sentence each

    bool operator==(const Witnesses&) const = default;
};

/// Which client ports a trial asks from.
enum class PortsOf {
    Nobody,    ///< that no socket gets which asks for any port, so that no packet of others meets a narrowed rule
    Everybody, ///< that such sockets get: rules that stand are met by their queries anyway, and a filter may name their ports
};

/// The client ports that a trial looks for.
struct PortsWanted
{
    std::uint16_t count = 0;                                          ///< in a row
    std::vector<Protocol> protocols = {Protocol::Udp, Protocol::Tcp}; ///< of which nobody else may have them
    std::vector<PortRange> used;                                      ///< to be kept out of
    PortsOf whose = PortsOf::Nobody;
};

/// The most packets a trial sends in a second, and the most sockets that are open at once.
inline constexpr std::uint32_t mostTrialPacketsPerSecond = 1000;
inline constexpr std::size_t mostTrialSockets = 512;
/// The most pods that are asked.
inline constexpr std::size_t mostWitnesses = 250;

/// The door to those places.
class Interrogator
{
public:
    Interrogator() = default;
    Interrogator(const Interrogator&) = delete;
    Interrogator& operator=(const Interrogator&) = delete;
    virtual ~Interrogator() = default;

    /// The node, and its pods whose network namespace has a name and an address in the profile's pod networks.
    virtual Witnesses find(const Profile& profile) = 0;

    /// Ports as wanted that can be bound at every place that is asked, and lie outside each place's ip_local_port_range, of
    /// PortsOf::Everybody within, else as high as possible. Nothing where there are none.
    virtual std::optional<PortRange> findPorts(std::span<const Witness> witnesses, const PortsWanted& wanted) = 0;

    /// Asks every question for the A record of `name`, at most mostTrialPacketsPerSecond and with at most mostTrialSockets open. A UDP query
    /// without an answer goes out three times within `timeout`, which runs from its first sending. Returns once nothing is left to wait
    /// for: on a sound node after a round trip. One reply a question, in the same order.
    virtual std::vector<Reply> ask(std::span<const Witness> witnesses, std::span<const Question> questions, const std::string& name,
                                   std::chrono::milliseconds timeout) = 0;

    /// Whether this node's conntrack has an entry that the question began, one of a service that ask() has asked from that place; nothing where
    /// that cannot be looked up. One message to the kernel and back, no more.
    virtual std::optional<bool> isTracked(const Witness& witness, const Question& question) = 0;
};

} // namespace notrack
