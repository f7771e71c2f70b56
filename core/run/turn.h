#pragma once

#include "core/run/remembered.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace notrack
{

/// How long a node waits with a profile that is new to it, so that a fleet does not change in one moment: 0 to less than `spread`, by its name.
std::chrono::seconds turnOf(std::string_view node, std::chrono::seconds spread);

/// Why an unattended run of this node shall not apply the profile with this digest now, or nothing. A profile without a verdict on this node, in this
/// boot or before, waits for the node's turn; when it was first seen is written down.
std::optional<std::string> reasonToWaitForTurn(Memory& memory, const std::string& digest, std::string_view node,
                                               std::chrono::seconds spread);

} // namespace notrack
