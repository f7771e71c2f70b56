#pragma once

#include "core/linux/dns/witness_places.h"
#include "core/run/witnesses.h"

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <utility>

namespace notrack
{

/// net.ipv4.ip_local_port_range and ip_local_reserved_ports as text, by the place's role and name; empty where they cannot be read. Reading them
/// is most of what a search for ports costs: 12 of 18 ms with 250 pods (tests/bench/trial_bench.py, Linux 6.12).
using PortSettings = std::map<std::pair<Role, std::string>, std::pair<std::string, std::string>>;

/// Adds those of every place that is asked, can be entered and is not known yet; for a thread of runInThread().
void readPortSettings(const WitnessSources& sources, std::span<const Witness> witnesses, PortSettings& settings);

/// Interrogator::findPorts(), for a thread of runInThread(). Chooses by `chance` among what fits, so that neither two nodes nor two runs meet.
/// Settings that are not among `settings` are read and added first.
std::optional<PortRange> findFreePorts(const WitnessSources& sources, std::span<const Witness> witnesses, PortSettings& settings,
                                       const PortsWanted& wanted, std::mt19937& chance);

} // namespace notrack
