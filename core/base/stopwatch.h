#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace notrack
{

/// The time of day as RFC 3339 in UTC, to the second.
std::string currentTime();

/// How long one step took.
struct Timing
{
    std::string step;
    double milliseconds = 0;

    bool operator==(const Timing&) const = default;
};

/// Writes down how long each step of a run took.
class Stopwatch
{
public:
    /// `timings` must live longer.
    explicit Stopwatch(std::vector<Timing>& timings);

    /// Ends the step that has run since the last lap.
    void lap(std::string step);

private:
    std::vector<Timing>& m_timings;
    std::chrono::steady_clock::time_point m_start;
};

} // namespace notrack
