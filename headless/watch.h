#pragma once

#include <chrono>
#include <functional>

namespace notrack
{

/// Calls `report` at once and then every `interval`, until the reader of stdout goes away, or the writer of stdin does when
/// that is a pipe or a socket: a runner at the far end of an ssh connection must not outlive it. `report` returns false to stop.
void repeatWhileRead(std::chrono::milliseconds interval, const std::function<bool()>& report);

} // namespace notrack
