#pragma once

#include "core/net/losses.h"

#include <string>
#include <string_view>
#include <vector>

namespace notrack
{

/// The interfaces of this network namespace that have hardware behind them: those of a cloud's instance among them.
std::vector<std::string> hardwareInterfaces();

/// The counters of those interfaces that end in `suffix` and are not 0, as their drivers tell them through SIOCETHTOOL. Interfaces that keep none,
/// or that are gone, have none.
std::vector<PlaceCounter> readCardCounters(const std::vector<std::string>& interfaces, std::string_view suffix);

} // namespace notrack
