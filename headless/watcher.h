#pragma once

#include "core/run/operation.h"
#include "headless/arguments.h"

namespace notrack
{

/// Runs `apply --reconcile` in a process of its own, at once and again whenever links or addresses of this node change, until it is ended. Between
/// changes it sleeps, and holds as little memory as it can. Returns only where it cannot go on.
ExitCode watchNode(const Arguments& arguments);

} // namespace notrack
