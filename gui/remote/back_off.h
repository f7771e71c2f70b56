#pragma once

#include <QRandomGenerator>

#include <algorithm>
#include <chrono>

namespace notrack::gui
{

/// The pause before attempt `attempt` (from 1): 2 s doubled up to 60 s, give or take a quarter, so that the nodes of a cluster
/// that vanished at once do not come back at once.
inline std::chrono::milliseconds backOff(int attempt, QRandomGenerator& random)
{
    constexpr int first = 2000;
    constexpr int longest = 60'000;
    const int doubled = first << std::clamp(attempt - 1, 0, 5);
    const int pause = std::min(doubled, longest);
    return std::chrono::milliseconds(pause - pause / 4 + random.bounded(pause / 2 + 1));
}

} // namespace notrack::gui
