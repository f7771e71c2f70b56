#pragma once

#include "core/linux/dns/conntrack_lookup.h"
#include "core/linux/dns/pace.h"
#include "core/linux/dns/trial_asking.h"
#include "core/linux/dns/trial_ports.h"
#include "core/linux/dns/witness_places.h"
#include "core/run/witnesses.h"

#include <cstdint>
#include <memory>
#include <random>

namespace notrack
{

/// Asks from this node and its pods over real sockets. Each call works in a thread of its own that goes from namespace to namespace.
class NodeInterrogator : public Interrogator
{
public:
    /// `seed` decides which of the free ports are taken.
    NodeInterrogator(WitnessSources sources, std::uint32_t seed);

    Witnesses find(const Profile& profile) override;
    std::optional<PortRange> findPorts(std::span<const Witness> witnesses, std::uint16_t count, std::span<const PortRange> used,
                                       PortsOf whose = PortsOf::Nobody) override;
    std::vector<Reply> ask(std::span<const Witness> witnesses, std::span<const Question> questions, const std::string& name,
                           std::chrono::milliseconds timeout) override;
    std::optional<bool> isTracked(const Witness& witness, const Question& question) override;

private:
    /// As conntrack knows the question, one of a service that was asked from that place before; else nothing.
    std::optional<QueryTuple> tupleOf(const Witness& witness, const Question& question) const;

    WitnessSources m_sources;
    std::mt19937 m_chance;
    Pace m_pace;
    SourceAddresses m_from;
    PortSettings m_portSettings; ///< as find() found them
    ConntrackLookup m_conntrack;
};

std::unique_ptr<Interrogator> makeInterrogator();

} // namespace notrack
