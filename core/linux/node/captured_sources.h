#pragma once

#include "core/linux/node/node_inspector.h"
#include "core/report/capture.h"

namespace notrack
{

/// Sources that ask `sources` once and write down in `capture` what they answered. Both must live as long.
FactSources recording(const FactSources& sources, Capture& capture);

/// A finder that asks for all networks once and writes down what it found.
NamespaceFinder recording(const NamespaceFinder& finder, CapturedPods& pods);

/// Sources that answer as the node of the capture did. What is not in the capture cannot be read, and its readers say so. It must live as long.
FactSources replaying(const Capture& capture);

/// The pods of a capture that have an address in the networks.
NamespaceFinder replaying(const CapturedPods& pods);

} // namespace notrack
