#pragma once

#include "core/findings/node_facts.h"
#include "core/run/probe.h"
#include "core/run/run_memory.h"
#include "core/run/table_store.h"
#include "core/run/witnesses.h"

#include <string>

namespace notrack
{

class TunnelEchoes;

/// The doors to one node. `other` is the store of the backend that is not in use, or nullptr where the node has none: what we
/// once put there has to go.
struct Node
{
    std::string name;
    TableStore& store;
    TableStore* other = nullptr;
    NodeInspector& inspector;
    Prober& prober;
    RunMemory& memory;
    Interrogator* interrogator = nullptr; ///< for trials; nullptr where none can be had
    TunnelEchoes* tunnels = nullptr;      ///< the same, for what lies beyond tunnels
};

} // namespace notrack
