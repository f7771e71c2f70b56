#pragma once

#include "core/base/error.h"

#include <string>
#include <vector>

namespace notrack
{

/// Runs a program and gives what it printed. It is looked for in the system's directories only, gets a clean environment and no
/// standard input, and is ended when it takes longer than 10 seconds or prints more than 64 MiB (a node with 100,000 rules
/// prints about 20). NoBackend when it is not installed.
Result<std::string> runCommand(const std::vector<std::string>& words);

} // namespace notrack
