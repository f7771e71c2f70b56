#pragma once

#include "core/linux/dns/witness_places.h"
#include "core/run/witnesses.h"

#include <cstdint>
#include <optional>
#include <random>
#include <span>

namespace notrack
{

/// Interrogator::findPorts(), for a thread of runInThread(). Chooses by `chance` among what fits, so that neither two nodes nor two runs meet.
std::optional<PortRange> findFreePorts(const WitnessSources& sources, std::span<const Witness> witnesses, std::uint16_t count,
                                       std::span<const PortRange> used, PortsOf whose, std::mt19937& chance);

} // namespace notrack
