#pragma once

#include "core/linux/dns/pace.h"
#include "core/linux/dns/query_entries.h"
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
    std::optional<PortRange> findPorts(std::span<const Witness> witnesses, const PortsWanted& wanted) override;
    std::vector<Reply> ask(std::span<const Witness> witnesses, std::span<const Question> questions, const std::string& name,
                           std::chrono::milliseconds timeout) override;
    std::optional<bool> isTracked(const Witness& witness, const Question& question) override;

private:
    WitnessSources m_sources;
    std::mt19937 m_chance;
    Pace m_pace;
    QueryEntries m_entries;
    PortSettings m_portSettings; ///< as find() found them
};

std::unique_ptr<Interrogator> makeInterrogator();

} // namespace notrack
