#pragma once

#include "core/run/tunnel_echo.h"

#include <memory>

namespace notrack
{

/// Asks by raw ICMP sockets, which CAP_NET_RAW allows; where they cannot be had nobody answers, before a change as after it.
std::unique_ptr<TunnelEchoes> makeTunnelEchoes();

} // namespace notrack
