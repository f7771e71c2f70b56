#pragma once

#include "core/base/error.h"

#include <chrono>
#include <string>
#include <vector>

namespace notrack
{

/// The moment by which a program must have ended.
using ChildDeadline = std::chrono::steady_clock::time_point;

/// How long all programs that one look at a node starts may take together.
inline constexpr std::chrono::seconds childBudget{10};

/// Runs a program and gives what it printed. It gets a clean environment, no standard input and a process group of its own, which is ended
/// whole when the deadline is over or more than 64 MiB are printed (a node with 100,000 rules prints about 20). Failed for an exit
/// status that is not 0.
Result<std::string> runProgram(const std::string& program, const std::vector<std::string>& words, ChildDeadline deadline);

/// The same for a name, which is looked for in the system's directories only. NoBackend when it is not installed.
Result<std::string> runCommand(const std::vector<std::string>& words, ChildDeadline deadline);

} // namespace notrack
