#pragma once

#include "core/run/operation.h"
#include "headless/arguments.h"

namespace notrack
{

/// Prints a capture of this node.
ExitCode printCapture(const Arguments& arguments);

/// Does what the command line asks for with the nodes of its captures: for one what the command says of a node, for several a line each and the
/// totals. The exit code is the highest of 0, 2 and 3; Failed where a capture could not be read or judged.
ExitCode judgeCaptures(const Arguments& arguments);

} // namespace notrack
