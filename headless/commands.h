#pragma once

#include "core/run/operation.h"
#include "headless/arguments.h"

namespace notrack
{

/// Does what the command line asks for: results to stdout, diagnostics to stderr.
ExitCode runCommand(const Arguments& arguments);

} // namespace notrack
